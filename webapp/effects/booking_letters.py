"""What guests and hosts are told about a booking.

Each event is told with its own facts: the interval and the version of then, not of now. A confirmation that leaves
after the booking was moved still says the first time and is followed by the mail about the move, in order, so that
nobody receives "moved" for what they never heard of, and mails can be counted against events. The one exception
is a mail sent again after a later one has arrived: it would put the past after the present, and is skipped
(`deliveries.is_overtaken`). Names and addresses are those of now.

The guest's mail carries no free text of whoever booked, since the address may be a stranger's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel import Locale
from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.domain.booking import BookingStatus, EventKind
from webapp.effects.letters import Action, Invite, Letter, address
from webapp.formats import english_of, format_day_short, format_range, format_time, zone, zone_label
from webapp.services.booking_views import BookingView
from webapp.services.deliveries import Errand
from webapp.services.dispatch import GUEST
from webapp.services.invitations import Audience, Method, invitation
from webapp.services.links import booking_page_url, booking_url, manage_url

BY_HOST = ("host", "admin")


@dataclass(frozen=True, slots=True)
class Telling:
    """A booking as of one event, and how its reader reads."""

    kind: EventKind
    view: BookingView
    data: Mapping[str, Any]
    zone: str
    locale: Locale

    @property
    def when(self) -> str:
        return self._interval(self.view.start, self.view.end)

    @property
    def begins(self) -> str:
        """Short, for a subject line."""
        day = self.view.start.astimezone(zone(self.zone)).date()
        return f"{format_day_short(day, self.locale)}, {format_time(self.view.start, self.zone, self.locale)}"

    @property
    def previously(self) -> str | None:
        """The interval before a move."""
        if "old_start" not in self.data:
            return None
        return self._interval(_instant(self.data["old_start"]), _instant(self.data["old_end"]))

    def _interval(self, start: datetime, end: datetime) -> str:
        return f"{format_range(start, end, self.zone, self.locale)}\n{zone_label(self.zone, start, self.locale)}"

    @property
    def is_cancelled(self) -> bool:
        return self.kind is EventKind.BOOKING_CANCELLED

    @property
    def was_cancelled_by_host(self) -> bool:
        return self.view.cancelled_by in BY_HOST


def booking_letter(errand: Errand, now: BookingView) -> Letter:
    """`now`: the booking as it stands in the database."""
    audience = Audience.GUEST if errand.recipient == GUEST else Audience.HOST
    view = _as_of(errand, now)
    zone, tag = (view.guest_time_zone, view.guest_locale)
    if audience is Audience.HOST:
        zone, tag = (view.host_time_zone, view.host_locale)
    telling = Telling(errand.kind, view, errand.data, zone, english_of(tag))
    method = Method.CANCEL if telling.is_cancelled else Method.REQUEST
    content = invitation(view, method=method, audience=audience, stamp=errand.occurred_at)
    with force_locale(str(telling.locale)):
        letter = _to_guest(telling) if audience is Audience.GUEST else _to_host(telling)
    return replace(letter, invite=Invite(method, content))


def _as_of(errand: Errand, now: BookingView) -> BookingView:
    return replace(
        now,
        version=errand.booking_version or 0,
        start=_instant(errand.data["start"]),
        end=_instant(errand.data["end"]),
        status=_status(errand.kind, now.status),
    )


def _status(kind: EventKind, now: BookingStatus) -> BookingStatus:
    if kind is EventKind.BOOKING_CANCELLED:
        return BookingStatus.CANCELLED
    return BookingStatus.PENDING if now is BookingStatus.PENDING else BookingStatus.CONFIRMED


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _to_guest(telling: Telling) -> Letter:
    view = telling.view
    subject, heading = _guest_words(telling)
    return Letter(
        to=address(view.guest_email),
        reply_to=address(view.host_email, view.host_name),
        subject=subject,
        heading=heading,
        rows=(
            (_("What"), view.event_type_title),
            (_("Who"), view.host_name),
            *_times(telling),
            *_reason(telling, shown=telling.was_cancelled_by_host),
        ),
        action=_guest_action(telling),
        closing=(_("You get this mail because somebody booked this time with your address."),),
        language=str(telling.locale.language),
    )


def _guest_words(telling: Telling) -> tuple[str, str]:
    """Subject and heading."""
    view, when = telling.view, telling.begins
    what = _("%(event_type)s with %(host)s", event_type=view.event_type_title, host=view.host_name)
    if telling.kind is EventKind.BOOKING_RESCHEDULED:
        return _("New time: %(what)s, %(when)s", what=what, when=when), _("Your booking has a new time")
    if telling.is_cancelled:
        return _("Cancelled: %(what)s, %(when)s", what=what, when=when), _("Your booking is cancelled")
    return _("Confirmed: %(what)s, %(when)s", what=what, when=when), _("Your booking is confirmed")


def _guest_action(telling: Telling) -> Action:
    view = telling.view
    if telling.is_cancelled:
        return Action(_("Book another time"), booking_page_url(view.host_slug, view.event_type_slug))
    return Action(_("Change or cancel"), manage_url(view.uid))


def _to_host(telling: Telling) -> Letter:
    view = telling.view
    subject, heading = _host_words(telling)
    notes = ((_("Notes"), view.notes),) if view.notes else ()
    return Letter(
        to=address(view.host_email, view.host_name),
        reply_to=address(view.guest_email, view.guest_name),
        subject=subject,
        heading=heading,
        rows=(
            (_("What"), view.event_type_title),
            (_("Who"), f"{view.guest_name} <{view.guest_email}>"),
            *_times(telling),
            (_("Subject"), view.subject),
            *notes,
            *_reason(telling, shown=True),
        ),
        action=Action(_("Open the booking"), booking_url(view.uid)),
        language=str(telling.locale.language),
    )


def _host_words(telling: Telling) -> tuple[str, str]:
    """Subject and heading."""
    guest, when = telling.view.guest_name, telling.begins
    if telling.kind is EventKind.BOOKING_RESCHEDULED:
        subject = _("Moved: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The booking of %(guest)s has a new time", guest=guest)
    if telling.is_cancelled:
        subject = _("Cancelled: %(guest)s, %(when)s", guest=guest, when=when)
        return subject, _("The booking of %(guest)s is cancelled", guest=guest)
    subject = _("New booking: %(guest)s, %(when)s", guest=guest, when=when)
    return subject, _("%(guest)s booked a time with you", guest=guest)


def _times(telling: Telling) -> tuple[tuple[str, str], ...]:
    if telling.previously is None:
        return ((_("When"), telling.when),)
    return ((_("New time"), telling.when), (_("Old time"), telling.previously))


def _reason(telling: Telling, *, shown: bool) -> tuple[tuple[str, str], ...]:
    """Why it was cancelled, when the reader may see it."""
    if not (telling.is_cancelled and shown and telling.view.cancel_reason):
        return ()
    return ((_("Reason"), telling.view.cancel_reason),)
