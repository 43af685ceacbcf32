"""Parses the header of a mail strictly by the RFCs: first the fields, then the mailboxes, and encoded words last.

Not with `email.policy.default`, which parses the decoded text of encoded words as syntax.
"""

from email.header import decode_header, make_header
from email.utils import getaddresses

SENT = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
]  # fmt: skip


def fields(content: bytes) -> list[tuple[str, str]]:
    """(name, unfolded value) of each field, in their order."""
    head = content.partition(b"\r\n\r\n")[0].decode()
    lines = head.replace("\r\n ", " ").split("\r\n")
    return [(name, value.removeprefix(" ")) for name, _, value in (line.partition(":") for line in lines)]


def field(content: bytes, name: str) -> str:
    """The value of the one field of this name."""
    (value,) = (value for known, value in fields(content) if known == name)
    return value


def words(value: str) -> str:
    """What encoded words say (RFC 2047)."""
    return str(make_header(decode_header(value)))


def mailboxes(value: str) -> list[tuple[str, str]]:
    """(name, address) of each mailbox in a list of them (RFC 5322 3.4)."""
    return [(words(name), address) for name, address in getaddresses([value])]
