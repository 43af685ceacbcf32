"""A letter as the bytes of a MIME message.

Fields with text from users are written by `headers`; the others are constants and joined here.
"""

import uuid
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from email.utils import formatdate

from flask import current_app

from webapp.core.mailbox import Mailbox
from webapp.effects.letters.letter import Letter
from webapp.effects.mail.headers import mailbox_field, text_field

CRLF = b"\r\n"
OURS = (  # headers without text from users
    "Date: {date}\r\n"
    "Message-ID: {message_id}\r\n"
    "Auto-Submitted: auto-generated\r\n"
    "X-Auto-Response-Suppress: All\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: {content_type}\r\n\r\n"
)
TEXT = "text/{kind}; charset=utf-8"
CALENDAR = "text/calendar; method={method}; charset=UTF-8"
FILE = 'application/ics; name="invite.ics"\r\nContent-Disposition: attachment; filename="invite.ics"'


@dataclass(frozen=True, slots=True)
class Message:
    """One mail for one recipient: envelope and content. Addresses are bare, their domains in ASCII.

    `international`: header fields for servers that support SMTPUTF8 (RFC 6531), left out for others.
    """

    sender: str
    recipient: str
    content: bytes
    international: bytes = b""

    @property
    def is_international(self) -> bool:
        """Whether it requires a server with SMTPUTF8."""
        return not (self.sender + self.recipient).isascii()


def compose(letter: Letter, *, message_id: str) -> Message:
    """multipart/mixed of (alternative: text, HTML, text/calendar) and invite.ics, with identical calendars; only the
    alternative if the letter has no invitation. `message_id` includes its angle brackets. Raises
    MalformedAddressError."""
    content_type, body = _body(letter)
    sender: Mailbox = current_app.extensions["settings"].mail.sender
    reply_to = _reply_to(letter.reply_to)
    head = mailbox_field("From", sender) + mailbox_field("To", letter.to)
    head += (reply_to if reply_to.isascii() else "") + text_field("Subject", letter.subject)
    head += OURS.format(date=formatdate(), message_id=message_id, content_type=content_type)
    apart = "" if reply_to.isascii() else reply_to
    return Message(sender.address, letter.to.address, head.encode() + body, apart.encode())


def _reply_to(mailbox: Mailbox | None) -> str:
    """Empty if programs would read the address differently; the text of the mail contains it."""
    return mailbox_field("Reply-To", mailbox) if mailbox and mailbox.is_well_formed else ""


def _body(letter: Letter) -> tuple[str, bytes]:
    """Content-Type of the whole message, and everything after the headers."""
    parts = [_text(kind, template, letter) for kind, template in (("plain", "letter.txt"), ("html", "letter.html"))]
    if letter.invite is None:
        return _multipart("alternative", parts)
    calendar = _base64(letter.invite.content)
    parts.append(_part(CALENDAR.format(method=letter.invite.method), "base64", calendar))
    content_type, alternative = _multipart("alternative", parts)
    whole = f"Content-Type: {content_type}\r\n\r\n".encode() + alternative
    return _multipart("mixed", [whole, _part(FILE, "base64", calendar)])


def _text(kind: str, template: str, letter: Letter) -> bytes:
    """Rendered without Flask's context processors: they require a request, and there is none."""
    text = current_app.jinja_env.get_template(f"emails/{template}").render(letter=letter)
    content = "\r\n".join(text.splitlines()) + "\r\n"
    return _part(TEXT.format(kind=kind), "quoted-printable", b2a_qp(content.encode(), istext=True))


def _base64(content: bytes) -> bytes:
    """Preserves the CRLFs of a calendar through any mail server."""
    return encodebytes(content).replace(b"\n", CRLF)


def _part(content_type: str, encoding: str, payload: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + payload


def _multipart(subtype: str, parts: list[bytes]) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    between = f"\r\n--{boundary}".encode()
    body = b"".join(between + CRLF + part for part in parts) + between + b"--\r\n"
    return f'multipart/{subtype};\r\n boundary="{boundary}"', body.removeprefix(CRLF)
