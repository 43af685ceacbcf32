"""A slot as an entry of the host's calendar: its texts and the URL of its page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import url_for
from flask_babel import gettext

from webapp.domain.bookings import BookingStatus
from webapp.services.calendar.calendar import CalendarSlot
from webapp.services.slots.views import SlotView
from webapp.web.shared.dates import local_day
from webapp.web.shared.i18n import format_day_short, format_time
from webapp.words.formats import RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`kind`: available, covered (free, but the host is busy then), past (never booked), booked or pending.

    `more` is the subject or the event type; for a pending entry, the words for its status. `time` is the start and the
    end, the latter with a dash in front. `label` is for screen readers: kind, who, when. Datetimes are aware.
    """

    url: str
    kind: str
    start: datetime
    end: datetime
    time: tuple[str, str]
    title: str
    more: str
    label: str
    color: str


def entry(slot: CalendarSlot, time_zone: str) -> Entry:
    kind = kind_of(slot)
    word, title, more = _word(kind), _title(slot, kind), _more(slot)
    time = format_time(slot.slot.start, time_zone), RANGE + format_time(slot.slot.end, time_zone)
    day = format_day_short(local_day(slot.slot.start, time_zone))
    said = [word, title if title != word else "", day, "".join(time), more]
    return Entry(
        url=_url(slot),
        kind=kind,
        start=slot.slot.start,
        end=slot.slot.end,
        time=time,
        title=title,
        more=word if kind in ("pending", "held") else more,
        label=", ".join(part for part in said if part),
        color=slot.slot.color,
    )


def kind_of(slot: CalendarSlot) -> str:
    if slot.bookings:
        if all(one.awaits_guest for one in slot.bookings):
            return "held"
        is_waiting = any(one.status is BookingStatus.PENDING and not one.awaits_guest for one in slot.bookings)
        return "pending" if is_waiting else "booked"
    if slot.slot.start <= datetime.now(UTC):
        return "past"
    return "covered" if slot.is_covered else "available"


def _word(kind: str) -> str:
    return {
        "available": gettext("Available"),
        "covered": gettext("Not offered"),
        "past": gettext("Not booked"),
        "booked": gettext("Booked"),
        "pending": gettext("Waits for you"),
        "held": gettext("Guest has to confirm"),
    }[kind]


def _title(slot: CalendarSlot, kind: str) -> str:
    if len(slot.bookings) == 1 and not _is_group(slot.slot):
        return slot.bookings[0].guest_name
    if slot.bookings:
        return gettext("%(taken)s of %(seats)s seats taken", taken=slot.slot.seats_taken, seats=slot.slot.capacity)
    return _word(kind)


def _more(slot: CalendarSlot) -> str:
    if len(slot.bookings) == 1:
        return slot.bookings[0].subject
    return slot.slot.event_type_title


def _url(slot: CalendarSlot) -> str:
    if len(slot.bookings) == 1 and not _is_group(slot.slot):
        return url_for("bookings.booking", uid=slot.bookings[0].uid)
    return url_for("calendar.slot", public_id=slot.slot.public_id)


def _is_group(slot: SlotView) -> bool:
    return slot.capacity > 1
