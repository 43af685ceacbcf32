"""When a schedule is open: weekly hours, overrides and holidays, as merged windows and grids (rules 2-5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from webapp.domain.availability.instants import DAY_SECONDS, closing, day_start, local_date, opening, steady_midnight
from webapp.domain.availability.intervals import Interval, merged

MINUTES_OF_DAY = 1440
# A schedule that never closes has no start of a window to anchor its grid. A window that is open for longer than this
# restarts its grid at each local midnight from then on, so that starts depend on a bounded part of the past only.
UNBROKEN_SECONDS = 7 * DAY_SECONDS
# Overrides and holidays up to this many days before the first requested start can still matter and must be loaded.
LOOKBACK_DAYS = 9


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Local minutes of the day. The end may be 1440 (24:00); at or before the start it means the next day."""

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        _check_minutes(self.start_minute, self.end_minute)


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window; `weekday` is that of its start, Monday = 0. Minutes as in DayWindow."""

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        _check_minutes(self.start_minute, self.end_minute)
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"no weekday: {self.weekday}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Opening hours in the wall time of one zone. `week_start`: Monday = 0. `holidays`: date -> name; for dates after
    `holidays_known_until` they are not known yet (None: they are known for all dates that can be booked)."""

    time_zone: str
    week_start: int = 0
    weekly_hours: tuple[Window, ...] = ()
    overrides: Mapping[date, tuple[DayWindow, ...]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    holidays_known_until: date | None = None


class Stretch(NamedTuple):
    """Open time with one grid: starts step from `anchor` and are before `until`; meetings end by `end`."""

    anchor: int
    until: int
    end: int


def open_windows(schedule: Schedule, first: int, last: int) -> list[Interval]:
    """The merged windows that overlap [first, last); parts beyond LOOKBACK_DAYS or `last` may be cut off."""
    day = local_date(schedule.time_zone, first) - timedelta(days=LOOKBACK_DAYS)
    final = local_date(schedule.time_zone, last)
    weekly = _by_weekday(schedule.weekly_hours)
    resolved: list[Interval] = []
    while day <= final:
        resolved += _resolved(schedule, day, weekly[day.weekday()])
        day += timedelta(days=1)
    return [window for window in merged(resolved) if window[0] < last and window[1] > first]


def stretches(schedule: Schedule, first: int, last: int) -> Iterator[Stretch]:
    """The grid of each window that overlaps [first, last), in chronological order."""
    for start, end in open_windows(schedule, first, last):
        if end - start <= UNBROKEN_SECONDS:
            yield Stretch(start, end, end)
        else:
            yield from _restarted(schedule.time_zone, start, end)


def _restarted(time_zone: str, start: int, end: int) -> Iterator[Stretch]:
    day = local_date(time_zone, start + UNBROKEN_SECONDS - 1)
    anchor = start
    while anchor < end:
        day += timedelta(days=1)
        until = min(day_start(time_zone, day), end)
        yield Stretch(anchor, until, end)
        anchor = until


def _by_weekday(weekly_hours: Sequence[Window]) -> list[list[DayWindow | Window]]:
    days: list[list[DayWindow | Window]] = [[] for _ in range(7)]
    for window in weekly_hours:
        days[window.weekday].append(window)
    return days


def _resolved(schedule: Schedule, day: date, weekly: Sequence[DayWindow | Window]) -> Iterator[Interval]:
    """The windows that start on a local date, as instants. A host's own override beats a holiday (rule 3)."""
    windows: Sequence[DayWindow | Window] = weekly
    if day in schedule.overrides:
        windows = schedule.overrides[day]
    elif day in schedule.holidays:
        return
    midnight = steady_midnight(schedule.time_zone, day)
    for window in windows:
        start, end = window.start_minute, window.end_minute
        if end <= start:
            end += MINUTES_OF_DAY
        if midnight is None:
            yield opening(schedule.time_zone, day, start), closing(schedule.time_zone, day, end)
        else:
            yield midnight + 60 * start, midnight + 60 * end


def _check_minutes(start: int, end: int) -> None:
    if not (0 <= start < MINUTES_OF_DAY and 0 <= end <= MINUTES_OF_DAY):
        raise ValueError(f"no window of a day: minute {start} to {end}")
