"""A letter: what a mail says, before it is text, HTML and MIME."""

import uuid
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import TypeVar

import idna
from flask import current_app

from webapp.domain.text import flattened
from webapp.services.invitations import Method

T = TypeVar("T", bound=Message)

INLINE = "text/calendar; method={method}; charset=UTF-8"
ATTACHED = 'application/ics; name="invite.ics"'


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
    action: Action | None = None
    closing: tuple[str, ...] = ()
    reply_to: Address | None = None
    language: str = "en"
    invite: Invite | None = field(default=None, repr=False)


def address(email: str, name: str = "") -> Address:
    """For a header: one line, the domain in ASCII, so that only the part before @ can need SMTPUTF8."""
    local, _, domain = flattened(email).rpartition("@")
    with suppress(idna.IDNAError):  # left as it is then; the mail server says what it thinks of it
        domain = idna.encode(domain, uts46=True).decode()
    return Address(display_name=flattened(name), username=local, domain=domain)  # it quotes what needs quotes


def message(letter: Letter, *, message_id: str) -> EmailMessage:
    """multipart/mixed of (alternative: text, HTML, text/calendar) and invite.ics, both calendars the same bytes; the
    alternative alone when the letter invites to nothing. `message_id` comes with its angle brackets."""
    mail = EmailMessage(policy=SMTP)
    sender_name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    mail["From"] = address(sender, sender_name)
    mail["To"] = letter.to
    if letter.reply_to:
        mail["Reply-To"] = letter.reply_to
    mail["Subject"] = flattened(letter.subject)
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["MIME-Version"] = "1.0"
    text, html = (_rendered(f"emails/letter.{kind}", letter).encode() for kind in ("txt", "html"))
    alternatives = [_text("plain", text), _text("html", html)]
    if letter.invite is None:
        return _multipart(mail, "alternative", alternatives)
    alternatives.append(_binary(INLINE.format(method=letter.invite.method), letter.invite.content))
    attachment = _binary(ATTACHED, letter.invite.content)
    attachment["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return _multipart(mail, "mixed", [_multipart(Message(), "alternative", alternatives), attachment])


def _rendered(template: str, letter: Letter) -> str:
    """Without Flask's context processors: they are made for requests, and there is none."""
    return current_app.jinja_env.get_template(template).render(letter=letter)


# Parts are made of the plain old Message: their headers are constants, and parsing each again as EmailMessage does
# costs more than all the rest of a mail.


def _multipart(mail: T, subtype: str, parts: Iterable[Message]) -> T:
    mail["Content-Type"] = f'multipart/{subtype}; boundary="{uuid.uuid4().hex}"'
    mail.set_payload(list(parts))
    return mail


def _text(subtype: str, content: bytes) -> Message:
    return _part(f"text/{subtype}; charset=utf-8", "quoted-printable", b2a_qp(content, istext=True))


def _binary(content_type: str, content: bytes) -> Message:
    """base64, which keeps the CRLFs of a calendar."""
    return _part(content_type, "base64", encodebytes(content))


def _part(content_type: str, encoding: str, payload: bytes) -> Message:
    part = Message()
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(payload.decode("ascii"))
    return part
