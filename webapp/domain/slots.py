"""How long a slot can be, and the starts of many slots to publish at once: weekdays, a daily window, several weeks.

Windows are resolved by availability rule 4: each end of a window by itself, then steps of absolute minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.domain.availability.instants import DAY_SECONDS, day_start
from webapp.domain.availability.windows import DayWindow, Schedule, stretches

# The schema enforces these. Queries that find slots around an instant by their start need not look further than this.
LONGEST_SLOT = timedelta(hours=8)
LONGEST_BUFFER = timedelta(days=1)  # on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPlan:
    """Consecutive slots of `duration_minutes` on each of `weekdays` (Monday = 0), for `weeks` times seven days from
    `first_on`.

    Minutes are those of the local day; an end at or before the start is on the next day, 1440 is 24:00.
    """

    time_zone: str
    weekdays: frozenset[int]
    start_minute: int
    end_minute: int
    first_on: date
    weeks: int
    duration_minutes: int

    def dates(self) -> list[date]:
        days = (self.first_on + timedelta(days=number) for number in range(7 * self.weeks))
        return [day for day in days if day.weekday() in self.weekdays]


def planned_starts(plan: WeeklyPlan) -> Iterator[int]:
    """The starts in Unix seconds, in order. Windows that touch at midnight are merged."""
    step = 60 * plan.duration_minutes
    window = DayWindow(plan.start_minute, plan.end_minute)
    schedule = Schedule(plan.time_zone, overrides=dict.fromkeys(plan.dates(), (window,)))
    first = day_start(plan.time_zone, plan.first_on)
    last = day_start(plan.time_zone, plan.first_on + timedelta(days=7 * plan.weeks)) + 2 * DAY_SECONDS
    for stretch in stretches(schedule, first, last):
        yield from range(stretch.anchor, min(stretch.until, stretch.end - step + 1), step)
