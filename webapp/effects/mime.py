"""A letter as the bytes that travel.

Headers with somebody's words go through EmailMessage, which folds and encodes them and refuses line breaks. The
rest is constants and joined here: EmailMessage takes more than a millisecond for it, half of what a mail costs.
"""

import uuid
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, parseaddr
from functools import lru_cache

from flask import current_app

from webapp.domain.text import flattened
from webapp.effects.letters import Letter, address

CRLF = b"\r\n"
OURS = (  # headers that nobody else has a hand in
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
class Parcel:
    """One mail for one recipient: envelope and content. Addresses are bare, their domains in ASCII."""

    sender: str
    recipient: str
    content: bytes

    @property
    def is_international(self) -> bool:
        """Only for servers that speak SMTPUTF8 (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()


def parcel(letter: Letter, *, message_id: str) -> Parcel:
    """multipart/mixed of (alternative: text, HTML, text/calendar) and invite.ics, both calendars the same bytes; the
    alternative alone when the letter invites to nothing. `message_id` comes with its angle brackets."""
    content_type, body = _body(letter)
    sender, head = _sender(current_app.config["MAIL_DEFAULT_SENDER"])
    headers = EmailMessage(policy=SMTP)
    headers["To"] = letter.to
    if letter.reply_to:
        headers["Reply-To"] = letter.reply_to
    headers["Subject"] = flattened(letter.subject)
    policy = SMTP if letter.to.addr_spec.isascii() else SMTPUTF8
    head += headers.as_bytes(policy=policy).removesuffix(CRLF)
    head += OURS.format(date=formatdate(), message_id=message_id, content_type=content_type).encode("ascii")
    return Parcel(sender, letter.to.addr_spec, head + body)


@lru_cache(maxsize=4)
def _sender(configured: str) -> tuple[str, bytes]:
    """Its bare address, and its header."""
    name, email = parseaddr(configured)
    headers = EmailMessage(policy=SMTP)
    headers["From"] = sender = address(email, name)
    return sender.addr_spec, headers.as_bytes(policy=SMTP).removesuffix(CRLF)


def _body(letter: Letter) -> tuple[str, bytes]:
    """Content-Type of the whole, and what follows the headers."""
    parts = [_text(kind, template, letter) for kind, template in (("plain", "letter.txt"), ("html", "letter.html"))]
    if letter.invite is None:
        return _multipart("alternative", parts)
    calendar = _base64(letter.invite.content)
    parts.append(_part(CALENDAR.format(method=letter.invite.method), "base64", calendar))
    content_type, alternative = _multipart("alternative", parts)
    whole = f"Content-Type: {content_type}\r\n\r\n".encode() + alternative
    return _multipart("mixed", [whole, _part(FILE, "base64", calendar)])


def _text(kind: str, template: str, letter: Letter) -> bytes:
    """Rendered without Flask's context processors: they are made for requests, and there is none."""
    text = current_app.jinja_env.get_template(f"emails/{template}").render(letter=letter)
    content = "\r\n".join(text.splitlines()) + "\r\n"
    return _part(TEXT.format(kind=kind), "quoted-printable", b2a_qp(content.encode(), istext=True))


def _base64(content: bytes) -> bytes:
    """Keeps the CRLFs of a calendar, whatever lies on the way."""
    return encodebytes(content).replace(b"\n", CRLF)


def _part(content_type: str, encoding: str, payload: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + payload


def _multipart(subtype: str, parts: list[bytes]) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    between = f"\r\n--{boundary}".encode()
    body = b"".join(between + CRLF + part for part in parts) + between + b"--\r\n"
    return f'multipart/{subtype}; boundary="{boundary}"', body.removeprefix(CRLF)
