"""Facts for the engine's tests, with defaults: a test passes only what matters to it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, Facts, PublishedSlot
from webapp.domain.availability.instants import instant, to_datetime
from webapp.domain.availability.offers import Offer, offers
from webapp.domain.availability.reasons import reasons
from webapp.domain.availability.windows import DayWindow, Schedule, Window

MONDAY = date(2027, 3, 1)  # an ordinary Monday: no zone in these tests changes its clocks near it
DAY = 86_400


def at(text: str) -> int:
    """The instant of an ISO text, read as UTC: "2027-03-01 09:00"."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def clock(text: str) -> int:
    """Minutes of the day: "24:00" is 1440."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def day_window(text: str) -> DayWindow:
    start, end = text.split("-")
    return DayWindow(clock(start), clock(end))


def weekly(hours: str, weekdays: str = "0123456") -> tuple[Window, ...]:
    """Windows "09:00-12:00 13:00-17:00" on each of the weekdays, Monday = 0."""
    windows = [day_window(text) for text in hours.split()]
    return tuple(Window(int(day), one.start_minute, one.end_minute) for day in weekdays for one in windows)


def schedule(
    hours: str = "09:00-17:00", weekdays: str = "0123456", *, zone: str = "UTC", **changes: object
) -> Schedule:
    return Schedule(zone, weekly_hours=weekly(hours, weekdays), **changes)  # type: ignore[arg-type]


def facts(
    hours: Schedule | None = None, *, minutes: int = 60, now: str = "2027-01-01 00:00", **changes: object
) -> Facts:
    """Facts about an event type of so many minutes; what is a field of EventTypeRules goes there."""
    rules = {name: changes.pop(name) for name in list(changes) if name in EventTypeRules.__dataclass_fields__}
    return Facts(EventTypeRules(minutes, **rules), at(now), hours, **changes)  # type: ignore[arg-type]


def meeting(start: str, end: str, *, before: int = 0, after: int = 0, **changes: object) -> Busy:
    starts, ends = at(start), at(end)
    return Busy(starts - 60 * before, ends + 60 * after, BusyKind.MEETING, starts, ends, **changes)  # type: ignore[arg-type]


def group(start: str, end: str, *, slot_id: int = 7, capacity: int = 5, seats_left: int = 3) -> Busy:
    """A taken slot of the event type in question."""
    seats = {"slot_id": slot_id, "capacity": capacity, "seats_left": seats_left}
    return meeting(start, end, is_same_event_type=True, **seats)


def published(
    start: str, end: str, *, slot_id: int = 3, before: int = 0, after: int = 0, **changes: int
) -> PublishedSlot:
    starts, ends = at(start), at(end)
    return PublishedSlot(slot_id, starts, ends, starts - 60 * before, ends + 60 * after, **changes)


def on(day: date, given: Facts) -> list[Offer]:
    """The offers that start on a UTC date."""
    first = at(day.isoformat())
    return offers(given, first, first + DAY)


def times(found: list[Offer], zone: str = "UTC", form: str = "%H:%M") -> list[str]:
    """Starts as local clock times."""
    return [to_datetime(offer.start).astimezone(ZoneInfo(zone)).strftime(form) for offer in found]


def codes(given: Facts, start: str, **options: int) -> list[str]:
    return [str(reason.code) for reason in reasons(given, at(start), **options)]
