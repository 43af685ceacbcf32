"""Checks that need a library."""

from email_validator import EmailNotValidError, validate_email

from webapp.domain.text import TextFault, line
from webapp.mailbox import Mailbox

LONGEST_EMAIL = 254


def email_address(value: str) -> str:
    """A well-formed address, its domain in lower case; nothing is looked up. Raises TextFault."""
    try:
        address: str = validate_email(line(value, LONGEST_EMAIL), check_deliverability=False).normalized
    except EmailNotValidError as fault:
        raise _no_address() from fault
    if not Mailbox(address).is_well_formed:  # with an encoded word in it: no mail is sent there
        raise _no_address()
    return address


def _no_address() -> TextFault:
    return TextFault("email", "Must be an e-mail address such as name@example.org.")
