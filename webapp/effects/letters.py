"""A letter: what a mail says, before it is text, HTML and MIME."""

from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

import idna
from flask import current_app

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
    """multipart/mixed of (alternative: text, HTML, text/calendar) and invite.ics; the alternative alone when the
    letter invites to nothing. `message_id` comes with its angle brackets."""
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
    mail.set_content(_rendered("emails/letter.txt", letter))
    mail.add_alternative(_rendered("emails/letter.html", letter), subtype="html")
    if letter.invite:
        _attach(mail, letter.invite)
    return mail


def _rendered(template: str, letter: Letter) -> str:
    """Without Flask's context processors: they are made for requests, and there is none."""
    return current_app.jinja_env.get_template(template).render(letter=letter)


def _attach(mail: EmailMessage, invite: Invite) -> None:
    """The same bytes twice: mail programs read the alternative, people save the file. base64 keeps the CRLFs."""
    inline = EmailMessage(policy=SMTP)
    inline.set_content(
        invite.content,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"method": str(invite.method), "charset": "UTF-8"},
    )
    del inline["MIME-Version"]  # a part has none
    mail.attach(inline)
    mail.make_mixed()
    mail.add_attachment(invite.content, maintype="application", subtype="ics", cte="base64", filename="invite.ics")
