"""Checks that need a library."""

from email_validator import EmailNotValidError, validate_email

from webapp.domain.text import TextFault, line

LONGEST_EMAIL = 254


def email_address(value: str) -> str:
    """A well-formed address, its domain in lower case; nothing is looked up. Raises TextFault."""
    try:
        return validate_email(line(value, LONGEST_EMAIL), check_deliverability=False).normalized
    except EmailNotValidError as fault:
        raise TextFault("email", "Must be an e-mail address such as name@example.org.") from fault
