"""The dates that a calendar page shows, and the dates that its links lead to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from webapp.domain.availability.instants import day_start, instant, local_date, to_datetime
from webapp.domain.dates import parsed_date, week_of

AGENDA_DAYS = 28


class View(StrEnum):
    WEEK = "week"
    DAY = "day"
    AGENDA = "agenda"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`days` dates from `first` on, in the host's time zone. `previous` and `next`: dates for the paging links."""

    view: View
    time_zone: str
    on: date
    today: date
    first: date
    days: int
    previous: date
    next: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        return to_datetime(day_start(self.time_zone, self.first))

    @property
    def end(self) -> datetime:
        return to_datetime(day_start(self.time_zone, self.last + timedelta(days=1)))


def read_period(view: str, on: str, *, time_zone: str, first_weekday: int) -> Period:
    """The requested period; an invalid view means the week, an invalid date today. `first_weekday`: Monday = 0."""
    today = local_date(time_zone, instant(datetime.now(UTC)))
    day = parsed_date(on) or today
    kind = View(view) if view in list(View) else View.WEEK
    first, days, previous, following = _reach(kind, day, first_weekday)
    return Period(
        view=kind,
        time_zone=time_zone,
        on=day,
        today=today,
        first=first,
        days=days,
        previous=previous,
        next=following,
    )


def _reach(view: View, day: date, first_weekday: int) -> tuple[date, int, date, date]:
    """(first date, number of days, date for the previous page, date for the next page)."""
    if view is View.MONTH:
        first = day.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        grid_first = week_of(first, first_weekday)
        days = (week_of(following - timedelta(days=1), first_weekday) - grid_first).days + 7
        return grid_first, days, (first - timedelta(days=1)).replace(day=1), following
    first, days = {
        View.DAY: (day, 1),
        View.AGENDA: (day, AGENDA_DAYS),
        View.WEEK: (week_of(day, first_weekday), 7),
    }[view]
    step = timedelta(days=days)
    return first, days, day - step, day + step
