"""All fields of a schedule as sent by the editor or the API, and their validation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from webapp.core.time_zones import is_zone
from webapp.domain.availability.windows import MINUTES_OF_DAY, DayWindow, Window
from webapp.domain.errors import Invalid
from webapp.domain.text import TextFault, line
from webapp.services.schedules.holidays import is_known

LONGEST_NAME = 80
MOST_WINDOWS = 2000
MOST_OVERRIDES = 1000
MOST_HOLIDAYS_OFF = 500
LONGEST_HOLIDAY = 200

AnyWindow = DayWindow | Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleContent:
    """Overrides: date -> windows, () is a day off. `week_start`: Monday = 0. `holidays_off`: names of holidays on which
    the host works."""

    name: str
    time_zone: str
    week_start: int = 0
    weekly_hours: tuple[Window, ...] = ()
    overrides: Mapping[date, tuple[DayWindow, ...]] = field(default_factory=dict)
    holiday_country: str | None = None
    holiday_subdivision: str | None = None
    holidays_off: frozenset[str] = frozenset()


def checked_schedule(content: ScheduleContent) -> ScheduleContent:
    """The content in canonical order. Raises Invalid, which lists every fault by its field in api.md."""
    faults = dict(_faults(content))
    try:
        content = replace(content, name=line(content.name, LONGEST_NAME))
    except TextFault as fault:
        faults["name"] = [str(fault)]
    if faults:
        raise Invalid(faults)
    return replace(
        content,
        weekly_hours=tuple(sorted(content.weekly_hours, key=lambda w: (w.weekday, w.start_minute))),
        overrides={
            day: tuple(sorted(content.overrides[day], key=lambda w: w.start_minute))
            for day in sorted(content.overrides)
        },
        holiday_country=content.holiday_country or None,
        holiday_subdivision=content.holiday_subdivision or None,
    )


def is_the_same(one: ScheduleContent, other: ScheduleContent) -> bool:
    """Whether two contents in canonical order are equivalent: an end of 00:00 equals one of 24:00 (rule 2)."""
    return _with_one_midnight(one) == _with_one_midnight(other)


def overlaps(windows: Sequence[AnyWindow]) -> bool:
    """Whether two windows of one day overlap; an end at or before the start means the next day."""
    spans = sorted((w.start_minute, w.end_minute + _next_day(w)) for w in windows)
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _next_day(window: AnyWindow) -> int:
    return MINUTES_OF_DAY if window.end_minute <= window.start_minute else 0


def _with_one_midnight(content: ScheduleContent) -> ScheduleContent:
    return replace(
        content,
        weekly_hours=tuple(replace(w, end_minute=w.end_minute or MINUTES_OF_DAY) for w in content.weekly_hours),
        overrides={
            day: tuple(replace(w, end_minute=w.end_minute or MINUTES_OF_DAY) for w in windows)
            for day, windows in content.overrides.items()
        },
    )


def _faults(content: ScheduleContent) -> Iterator[tuple[str, list[str]]]:
    if not is_zone(content.time_zone):
        yield "time_zone", ["Must be the name of a time zone."]
    if not 0 <= content.week_start <= 6:
        yield "week_start", ["Must be 0 (Monday) to 6 (Sunday)."]
    region = content.holiday_country or "", content.holiday_subdivision
    if any(region) and not is_known(*region):
        yield "holidays", ["No holidays are known for this country and subdivision."]
    elif len(content.holidays_off) > MOST_HOLIDAYS_OFF or not all(map(_is_holiday, content.holidays_off)):
        yield "holidays", ["These are not names of holidays."]
    yield from _window_faults(content)


def _is_holiday(name: str) -> bool:
    """Whether it could be the name of a holiday."""
    try:
        line(name, LONGEST_HOLIDAY, required=False)
    except TextFault:
        return False
    return True


def _window_faults(content: ScheduleContent) -> Iterator[tuple[str, list[str]]]:
    """Overlapping windows on one day. Windows that touch are allowed, and so is a night that reaches into the next
    day's windows: those are merged (rule 2)."""
    windows = len(content.weekly_hours) + sum(map(len, content.overrides.values()))
    if windows > MOST_WINDOWS or len(content.overrides) > MOST_OVERRIDES:
        yield "weekly_hours", [f"At most {MOST_WINDOWS} windows and {MOST_OVERRIDES} overrides."]
        return
    days: dict[str, list[AnyWindow]] = {}
    for window in content.weekly_hours:
        days.setdefault(f"weekly_hours.{window.weekday}", []).append(window)
    for day, of_date in content.overrides.items():
        days[f"overrides.{day.isoformat()}"] = list(of_date)
    for name, of_day in days.items():
        if overlaps(of_day):
            yield name, ["These windows overlap."]
