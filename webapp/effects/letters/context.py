"""A booking as of one event, as its reader reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from flask_babel import gettext as _

from webapp.domain.bookings import BookingStatus, EventKind
from webapp.domain.reminders import reminder_minutes
from webapp.domain.text import flattened, plain_lines
from webapp.services.bookings.view import BookingView
from webapp.services.ical.invitations import Audience, Method
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.words.formats import english_of, format_day, format_day_short, format_range, format_time, zone
from webapp.words.zone_names import zone_label

BY_HOST = ("host", "admin")

_METHODS = {
    EventKind.BOOKING_CONFIRMED: Method.REQUEST,
    EventKind.BOOKING_RESCHEDULED: Method.REQUEST,
    EventKind.BOOKING_CANCELLED: Method.CANCEL,
}


@dataclass(frozen=True, slots=True)
class LetterContext:
    """What the letters are made of. `kind` is None for a reminder. `guests`: (name, address) of all who come, for
    the host's reminder of a group event."""

    kind: EventKind | None
    audience: Audience
    view: BookingView
    data: Mapping[str, Any]
    zone: str
    locale: Locale
    guests: tuple[tuple[str, str], ...] = ()

    @property
    def when(self) -> str:
        return self._interval(self.view.start, self.view.end)

    @property
    def begins(self) -> str:
        """Short, for a subject line: with blanks of ASCII alone, since other ones need encoded words."""
        day = self.view.start.astimezone(zone(self.zone)).date()
        told = f"{format_day_short(day, self.locale)}, {format_time(self.view.start, self.zone, self.locale)}"
        return " ".join(told.split())

    @property
    def previously(self) -> str | None:
        """The interval before a move."""
        if "old_start" not in self.data:
            return None
        return self._interval(_instant(self.data["old_start"]), _instant(self.data["old_end"]))

    @property
    def lapses(self) -> str | None:
        """Until when a request can be answered; None once it has been."""
        moment = self.view.expires_at
        if moment is None:
            return None
        day = format_day(moment.astimezone(zone(self.zone)).date(), self.locale)
        return f"{day}, {format_time(moment, self.zone, self.locale)}, {zone_label(self.zone, moment, self.locale)}"

    @property
    def ahead(self) -> str:
        """How long until the start, now: `1 day`."""
        return format_timedelta(self.view.start - datetime.now(UTC), locale=self.locale)

    @property
    def times(self) -> tuple[tuple[str, str], ...]:
        """Rows of a letter."""
        if self.previously is None:
            return ((_("When"), self.when),)
        return ((_("New time"), self.when), (_("Old time"), self.previously))

    @property
    def is_request(self) -> bool:
        """The booking waits for the host's yes, or did until this event ended it."""
        if self.kind is EventKind.BOOKING_RESCHEDULED:
            return bool(self.data.get("is_pending"))
        if self.kind is EventKind.BOOKING_CANCELLED:
            return bool(self.data.get("was_pending"))
        return self.kind in (EventKind.BOOKING_REQUESTED, EventKind.BOOKING_DECLINED)

    @property
    def is_over(self) -> bool:
        """Nothing will come of it any more."""
        return self.kind in (EventKind.BOOKING_CANCELLED, EventKind.BOOKING_DECLINED)

    @property
    def is_expired(self) -> bool:
        return bool(self.data.get("is_expired"))

    @property
    def was_accepted(self) -> bool:
        return self.kind is EventKind.BOOKING_CONFIRMED and bool(self.data.get("was_pending"))

    @property
    def was_ended_by_host(self) -> bool:
        """So that the reason is the host's words."""
        return self.kind is EventKind.BOOKING_DECLINED or self.view.cancelled_by in BY_HOST

    @property
    def method(self) -> Method | None:
        """Of the invitation that goes along. A request is none: nobody's calendar has heard of it."""
        return None if self.is_request or self.kind is None else _METHODS.get(self.kind)

    def _interval(self, start: datetime, end: datetime) -> str:
        return f"{format_range(start, end, self.zone, self.locale)}\n{zone_label(self.zone, start, self.locale)}"


def letter_context(
    delivery: ClaimedDelivery, booking: BookingView, audience: Audience, guests: tuple[tuple[str, str], ...] = ()
) -> LetterContext:
    """`booking`: the booking as it stands in the database."""
    kind = None if reminder_minutes(delivery.kind) else EventKind(delivery.kind)
    is_guest = audience is Audience.GUEST
    zone = booking.guest_time_zone if is_guest else booking.host_time_zone
    locale = english_of(booking.guest_locale if is_guest else booking.host_locale)
    called = tuple((flattened(name), address) for name, address in guests)
    return LetterContext(kind, audience, _as_of(delivery, kind, booking), delivery.data, zone, locale, called)


def _as_of(delivery: ClaimedDelivery, kind: EventKind | None, booking: BookingView) -> BookingView:
    is_cancelled = kind is EventKind.BOOKING_CANCELLED
    return replace(
        _as_lines(booking),
        version=delivery.booking_version or 0,
        start=_instant(delivery.data["start"]),
        end=_instant(delivery.data["end"]),
        status=BookingStatus.CANCELLED if is_cancelled else BookingStatus.CONFIRMED,
    )


def _as_lines(view: BookingView) -> BookingView:
    """Without what an older rule let in: in the text of a mail a line break begins a row of its own."""
    return replace(
        view,
        guest_name=flattened(view.guest_name),
        host_name=flattened(view.host_name),
        event_type_title=flattened(view.event_type_title),
        subject=flattened(view.subject),
        location=flattened(view.location),
        notes=plain_lines(view.notes),
        cancel_reason=plain_lines(view.cancel_reason or ""),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
