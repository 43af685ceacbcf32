"""A letter: the content of a mail, before it is rendered as text, HTML and MIME."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from webapp.core.host_names import mail_address_in_ascii
from webapp.core.mailbox import Mailbox
from webapp.services.ical.invitations import Method
from webapp.services.mail.deliveries import ClaimedDelivery

NOTHING_TO_SAY = "there is nothing to tell any more"


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
    """One mail to one recipient. All texts are translated and plain; `rows` are (label, value) pairs."""

    to: Mailbox
    subject: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    actions: tuple[Action, ...] = ()
    closing: tuple[str, ...] = ()
    footer: Action | None = None  # a link in small print
    reply_to: Mailbox | None = None
    language: str = "en"
    invite: Invite | None = field(default=None, repr=False)


# Writes one kind of mail for one type of recipient; a string instead of a letter is the reason why none is needed.
Writer = Callable[[Session, ClaimedDelivery], Letter | str]
# By kind (an event's, or `REMINDER`) and recipient: one entry for each mail that `services.mail.dispatch` sends.
Writers = dict[tuple[str, str], Writer]


def address(email: str, name: str = "") -> Mailbox:
    """The domain in ASCII, so that only the part before the @ may need SMTPUTF8."""
    return Mailbox(mail_address_in_ascii(email), name)
