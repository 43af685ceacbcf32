"""The input of the availability engine: everything that it needs, including `now`. It looks nothing up.

All instants are Unix seconds (`webapp.domain.availability.instants`), all ranges half-open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.windows import Schedule

PENDING_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class EventTypeRules:
    """The rules of one event type.

    `increment_minutes` None: the duration is the increment. `window_days` N: up to the end of the local date N
    days from today; `window_from` and `window_to` are local dates, both bookable. Limits count bookings.
    """

    duration_minutes: int
    increment_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 0
    window_days: int | None = None
    window_from: date | None = None
    window_to: date | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    capacity: int = 1
    is_active: bool = True

    def __post_init__(self) -> None:
        limits = (self.max_per_day, self.max_per_week)
        paddings = (self.buffer_before_minutes, self.buffer_after_minutes)
        at_least_one = (self.duration_minutes, self.increment_minutes, *limits, self.capacity)
        at_least_none = (*paddings, self.notice_minutes, self.window_days)
        if any(figure is not None and figure < 1 for figure in at_least_one):
            raise ValueError("duration, increment, limits and capacity are at least 1")
        if any(figure is not None and figure < 0 for figure in at_least_none):
            raise ValueError("buffers, notice and booking window are not negative")

    @property
    def step_seconds(self) -> int:
        return 60 * (self.increment_minutes or self.duration_minutes)


@dataclass(frozen=True, slots=True)
class PublishedSlot:
    """A slot that the host published for this event type; [busy_start, busy_end) includes its padding."""

    slot_id: int
    start: int
    end: int
    busy_start: int
    busy_end: int
    capacity: int = 1
    seats_taken: int = 0


class BusyKind(StrEnum):
    """What takes the host's time."""

    MEETING = "meeting"
    BLOCKED = "blocked"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Busy:
    """A range [start, end) in which the host is busy; for a meeting (a slot with a seat taken) it includes padding.

    A meeting also has its own [meeting_start, meeting_end) and, if it is of the event type being offered
    (`is_same_event_type`), its slot and seats: while seats are left it is still offered to other guests.
    """

    start: int
    end: int
    kind: BusyKind = BusyKind.MEETING
    meeting_start: int | None = None
    meeting_end: int | None = None
    is_same_event_type: bool = False
    slot_id: int | None = None
    capacity: int = 1
    seats_left: int = 0

    @property
    def meeting(self) -> Interval:
        """The range without padding; blocked and calendar time has none."""
        start = self.start if self.meeting_start is None else self.meeting_start
        return start, self.end if self.meeting_end is None else self.meeting_end


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides what can be booked.

    Busy time must extend as far beyond the requested starts as a padded meeting does; the schedule's overrides
    and holidays must go back `windows.LOOKBACK_DAYS` days further. `counted_starts`: one start for each live
    booking of the event type, over all days and weeks that the range touches. Without a schedule only published
    slots are offered, and `time_zone` and `week_start` (Monday = 0) say where days and weeks begin.
    """

    rules: EventTypeRules
    now: int
    schedule: Schedule | None = None
    published: tuple[PublishedSlot, ...] = ()
    busy: tuple[Busy, ...] = ()
    counted_starts: tuple[int, ...] = ()
    time_zone: str = "UTC"
    week_start: int = 0

    @property
    def zone_name(self) -> str:
        return self.schedule.time_zone if self.schedule else self.time_zone

    @property
    def first_weekday(self) -> int:
        return self.schedule.week_start if self.schedule else self.week_start


def without_booking(facts: Facts, *, slot_id: int, start: int) -> Facts:
    """The facts without one booking, which is one seat of its slot: used to reschedule it (rule 13)."""
    counted = list(facts.counted_starts)
    if start in counted:
        counted.remove(start)
    return replace(
        facts,
        busy=tuple(_busy_with_a_seat_freed(facts, slot_id)),
        published=tuple(
            replace(slot, seats_taken=max(slot.seats_taken - 1, 0)) if slot.slot_id == slot_id else slot
            for slot in facts.published
        ),
        counted_starts=tuple(counted),
    )


def pending_until(requested: int, start: int, notice_minutes: int) -> int:
    """When a pending booking stops counting as busy: 24 h after the request, or `notice_minutes` before its start."""
    return min(requested + PENDING_SECONDS, start - 60 * notice_minutes)


def _busy_with_a_seat_freed(facts: Facts, slot_id: int) -> Iterator[Busy]:
    for busy in facts.busy:
        if busy.slot_id != slot_id:
            yield busy
        elif busy.seats_left + 1 < busy.capacity:
            yield replace(busy, seats_left=busy.seats_left + 1)
