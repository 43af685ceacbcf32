"""A letter: what a mail says, before it is text, HTML and MIME."""

from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from functools import lru_cache

import idna

from webapp.domain.text import flattened
from webapp.services.invitations import Method


@dataclass(frozen=True, slots=True)
class Action:
    """A link shown as a button."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Invite:
    """The iCalendar part. `content` is an iTIP message with this method."""

    method: Method
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one reader. All texts are translated and plain; `rows` are (label, value) pairs."""

    to: Address
    subject: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    actions: tuple[Action, ...] = ()
    closing: tuple[str, ...] = ()
    reply_to: Address | None = None
    language: str = "en"
    invite: Invite | None = field(default=None, repr=False)


def address(email: str, name: str = "") -> Address:
    """For a header: one line, the domain in ASCII, so that only the part before @ can need SMTPUTF8."""
    local, _, domain = flattened(email).rpartition("@")
    # Address quotes what needs quotes.
    return Address(display_name=flattened(name), username=local, domain=_ascii(domain))


@lru_cache(maxsize=1024)
def _ascii(domain: str) -> str:
    with suppress(idna.IDNAError):  # left as it is then; the mail server says what it thinks of it
        return idna.encode(domain, uts46=True).decode()
    return domain
