"""Checks that need a library."""

import re

from email_validator import EmailNotValidError, validate_email

from webapp.core.extensions import local_mail_domains
from webapp.core.host_names import canonical
from webapp.core.mailbox import Mailbox
from webapp.domain.text import AROUND, TextFault, line

LONGEST_EMAIL = 254
ANY_DOMAIN = "example.org"
# Soft hyphens, direction marks and controls, and zero-width characters: they get in by copying from a page or document
# and belong to no address. Joiners make a different domain, so they are removed only at the ends.
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINERS = "\u200c\u200d"


def email_address(value: str) -> str:
    """A well-formed address without invisible characters, its domain in lower case; nothing is looked up. Raises
    TextFault."""
    seen = line(_UNSEEN.sub("", value).strip(AROUND + _JOINERS), LONGEST_EMAIL)
    try:
        address: str = _local(seen) or validate_email(seen, strict=True, check_deliverability=False).normalized
    except EmailNotValidError as fault:
        raise _no_address() from fault
    if not Mailbox(address).is_well_formed:  # contains an encoded word: no mail is sent there
        raise _no_address()
    return address


def known_address(value: str) -> str:
    """An address to search for, normalised as when stored; text that is not an address matches nothing."""
    try:
        return email_address(value)
    except TextFault:
        return value.strip(AROUND)


def _local(address: str) -> str | None:
    """An address in a local domain that the operator allows (RFC 6762, RFC 8375)."""
    name, _, written = address.rpartition("@")
    try:
        domain = canonical(written)
    except ValueError:
        return None
    if domain not in local_mail_domains:
        return None
    validated = validate_email(
        f"{name}@{ANY_DOMAIN}", strict=True, check_deliverability=False
    )  # the library refuses such domains
    return f"{validated.local_part}@{domain}"


def _no_address() -> TextFault:
    return TextFault("email", "Must be an e-mail address such as name@example.org.")
