"""The input for letters about a booking: the booking as of one event, formatted for its reader.

Each letter reports the facts of its own event: the interval and the version of that time, not the current ones. A
confirmation sent after the booking was moved still names the first time and is followed by the mail about the move, in
order, so that nobody receives "moved" for a meeting they never heard of, and mails can be counted against events. The
old time of a move is the one that the reader knows, since moves within a minute are one mail (`mail.merging`). The
exceptions are a mail sent again after a later one has arrived, which would contradict it
(`ClaimedDelivery.is_overtaken`), and reminders, which report the current state or are not sent (`reminders.why_not`).
Names and addresses are always the current ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.domain.availability.instants import zone
from webapp.domain.bookings import Audience
from webapp.domain.reminders import reminder_minutes
from webapp.domain.text import flattened, plain_lines
from webapp.effects.letters.letter import NOTHING_TO_SAY, Invite, Letter, Writer
from webapp.services.addresses.blocked import is_blocked
from webapp.services.bookings.view import BookingView, booking_by_id
from webapp.services.ical.invitations import Method, invitation
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.mail.merging import told_before
from webapp.services.mail.reminders import confirmed_guests, why_not
from webapp.services.privacy.erase import NOTHING_TO_SEND
from webapp.words.formats import english_of, format_day, format_day_short, format_range, format_time
from webapp.words.zone_names import zone_label

Rows = tuple[tuple[str, str], ...]

UNWANTED = "the owner of the address wants no mails about bookings with this host"


@dataclass(frozen=True, slots=True)
class LetterContext:
    """`data`: the facts of the event. `guests`: (name, address) of all confirmed guests, for the host's reminder.
    `told`: start and end in the last mail that this reader got, if there was one."""

    audience: Audience
    booking: BookingView
    data: Mapping[str, Any]
    occurred_at: datetime
    zone: str
    locale: Locale
    guests: tuple[tuple[str, str], ...] = ()
    told: tuple[datetime, datetime] | None = None

    @property
    def begins(self) -> str:
        """Short, for a subject line: only ASCII spaces, since others would require encoded words."""
        day = self.booking.start.astimezone(zone(self.zone)).date()
        text = f"{format_day_short(day, self.locale)}, {format_time(self.booking.start, self.zone, self.locale)}"
        return " ".join(text.split())

    @property
    def ahead(self) -> str:
        """The time from now until the start: `1 day`."""
        return format_timedelta(self.booking.start - datetime.now(UTC), locale=self.locale)

    @property
    def expiry(self) -> str | None:
        """The time by which a request must be answered; None once it has been."""
        moment = self.booking.expires_at
        if moment is None:
            return None
        day = format_day(moment.astimezone(zone(self.zone)).date(), self.locale)
        return f"{day}, {format_time(moment, self.zone, self.locale)}, {zone_label(self.zone, moment, self.locale)}"

    @property
    def times(self) -> Rows:
        """With the time that the reader knows, if a move was not told in a mail of its own."""
        when = ((_("When"), self._interval(self.booking.start, self.booking.end)),)
        is_known = self.told in (None, (self.booking.start, self.booking.end))
        return when if is_known else (*when, self._old_time)

    @property
    def moved_times(self) -> Rows:
        if self.is_back:
            return self.times
        return ((_("New time"), self._interval(self.booking.start, self.booking.end)), self._old_time)

    @property
    def is_back(self) -> bool:
        """Whether it was moved away and back before the reader got a mail."""
        return self.told == (self.booking.start, self.booking.end)

    @property
    def _old_time(self) -> tuple[str, str]:
        old = self.told or (_instant(self.data["old_start"]), _instant(self.data["old_end"]))
        return (_("Old time"), self._interval(*old))

    @property
    def reason(self) -> Rows:
        """The reason as entered by the person who cancelled or declined."""
        return ((_("Reason"), self.booking.cancel_reason),) if self.booking.cancel_reason else ()

    def invite(self, method: Method) -> Invite:
        """Only for confirmed meetings: a request is announced in words only, since it is in nobody's calendar yet."""
        content = invitation(self.booking, method=method, audience=self.audience, stamp=self.occurred_at)
        return Invite(method, content)

    def _interval(self, start: datetime, end: datetime) -> str:
        return f"{format_range(start, end, self.zone, self.locale)}\n{zone_label(self.zone, start, self.locale)}"


def about_booking(write: Callable[[LetterContext], Letter | str]) -> Writer:
    """Decorator for a function that writes a letter about a booking: passes it the context, in the reader's
    language."""

    @wraps(write)
    def writer(session: Session, delivery: ClaimedDelivery) -> Letter | str:
        context = _find_context(session, delivery)
        if isinstance(context, str):
            return context
        with force_locale(str(context.locale)):
            return write(context)

    return writer


def _find_context(session: Session, delivery: ClaimedDelivery) -> LetterContext | str:
    """The context, or the reason why there is nothing to send."""
    booking = booking_by_id(session, delivery.booking_id) if delivery.booking_id else None
    if booking is None:
        return NOTHING_TO_SAY
    if delivery.recipient == Audience.GUEST and booking.is_guest_erased:
        return NOTHING_TO_SEND
    if delivery.recipient == Audience.GUEST and is_blocked(session, booking.host_id, booking.guest_email):
        return UNWANTED
    if not reminder_minutes(delivery.kind):
        return replace(_context(delivery, booking), told=_told(session, delivery))
    if reason := why_not(session, delivery, booking):
        return reason
    guests = confirmed_guests(session, booking.slot_id) if delivery.recipient == Audience.HOST else ()
    return _context(delivery, booking, guests)


def _context(delivery: ClaimedDelivery, booking: BookingView, guests: Sequence[tuple[str, str]] = ()) -> LetterContext:
    is_guest = delivery.recipient == Audience.GUEST
    return LetterContext(
        audience=Audience(delivery.recipient),
        booking=_as_of(delivery, booking),
        data=delivery.data,
        occurred_at=delivery.occurred_at,
        zone=booking.guest_time_zone if is_guest else booking.host_time_zone,
        locale=english_of(booking.guest_locale if is_guest else booking.host_locale),
        guests=tuple((flattened(name), address) for name, address in guests),
    )


def _told(session: Session, delivery: ClaimedDelivery) -> tuple[datetime, datetime] | None:
    """The first mail about a booking needs no query."""
    facts = told_before(session, delivery) if delivery.booking_version else None
    return (_instant(facts["start"]), _instant(facts["end"])) if facts else None


def _as_of(delivery: ClaimedDelivery, booking: BookingView) -> BookingView:
    return replace(
        _as_lines(booking),
        version=delivery.booking_version or 0,
        start=_instant(delivery.data["start"]),
        end=_instant(delivery.data["end"]),
    )


def _as_lines(booking: BookingView) -> BookingView:
    """Flatten text stored under an older rule: in a mail's text part, a line break would start a new row."""
    return replace(
        booking,
        guest_name=flattened(booking.guest_name),
        host_name=flattened(booking.host_name),
        event_type_title=flattened(booking.event_type_title),
        subject=flattened(booking.subject),
        location=flattened(booking.location),
        notes=plain_lines(booking.notes),
        cancel_reason=plain_lines(booking.cancel_reason or ""),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
