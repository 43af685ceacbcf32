"""A letter as the bytes that travel.

Headers go through EmailMessage, which folds and encodes them and refuses line breaks. The parts are joined here:
their headers are constants, and EmailMessage takes a millisecond more for them.
"""

import uuid
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, parseaddr

from flask import current_app

from webapp.domain.text import flattened
from webapp.effects.letters import Letter, address

CRLF = b"\r\n"
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
    name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    headers = EmailMessage(policy=SMTP)
    headers["From"] = address(sender, name)
    headers["To"] = letter.to
    if letter.reply_to:
        headers["Reply-To"] = letter.reply_to
    headers["Subject"] = flattened(letter.subject)
    headers["Date"] = formatdate(localtime=False)
    headers["Message-ID"] = message_id
    headers["Auto-Submitted"] = "auto-generated"
    headers["X-Auto-Response-Suppress"] = "All"
    headers["MIME-Version"] = "1.0"
    policy = SMTP if (sender + letter.to.addr_spec).isascii() else SMTPUTF8
    head = headers.as_bytes(policy=policy).removesuffix(CRLF) + f"Content-Type: {content_type}\r\n\r\n".encode()
    return Parcel(address(sender).addr_spec, letter.to.addr_spec, head + body)


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
