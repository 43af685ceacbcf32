"""Short names for kinds of mail, wherever deliveries are listed."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from webapp.domain.bookings import EventKind
from webapp.domain.reminders import reminder_minutes
from webapp.services.mail.digests import HELD
from webapp.services.mail.limits import TOO_MANY_GUESTS
from webapp.services.mail.merging import MERGED
from webapp.words.formats import span_in_words

_NAMES = {
    str(EventKind.BOOKING_HELD): _l("Link to confirm the booking"),
    str(EventKind.BOOKING_REQUESTED): _l("Request"),
    str(EventKind.BOOKING_CONFIRMED): _l("Confirmation"),
    str(EventKind.BOOKING_DECLINED): _l("Answer: no"),
    str(EventKind.BOOKING_RESCHEDULED): _l("New time"),
    str(EventKind.BOOKING_CANCELLED): _l("Cancellation"),
    str(EventKind.BOOKING_COMPLETED): _l("Follow-up"),
    str(EventKind.GUEST_ASKED): _l("Link to a guest's data"),
    str(EventKind.MAILS_HELD): _l("Summary"),
}


_REASONS = {
    MERGED: _l("A later change followed within a minute: one mail tells both."),
    HELD: _l("Too many mails to this address, which was never confirmed. A summary tells how the booking stands."),
    TOO_MANY_GUESTS: _l("A new account can write to a limited number of guests a day. This mail waits for its turn."),
}


def why_not_sent(reason: str | None) -> str:
    """Why a mail was left out or waits, if a limit is the reason; otherwise empty."""
    return str(_REASONS.get(reason or "", ""))


def mail_name(kind: str) -> str:
    """`Confirmation`, or `Reminder, 1 day before`; the kind itself if it has no name."""
    if minutes := reminder_minutes(kind):
        return gettext("Reminder, %(period)s before", period=span_in_words(minutes))
    return str(_NAMES.get(kind, kind))
