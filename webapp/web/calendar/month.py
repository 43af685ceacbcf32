"""The month view: how many booked and free times there are on each date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext, ngettext

from webapp.services.calendar.calendar import DayCount
from webapp.web.calendar.period import Period
from webapp.web.shared.dates import format_weekday
from webapp.web.shared.i18n import format_day


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """`label` is the link's text for screen readers."""

    date: date
    url: str
    label: str
    booked: int
    available: int
    is_today: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Month:
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[MonthDay, ...], ...]


def month_grid(period: Period, counts: Mapping[date, DayCount]) -> Month:
    days = [_day(period, period.first + timedelta(days=number), counts) for number in range(period.days)]
    weeks = tuple(tuple(days[first : first + 7]) for first in range(0, period.days, 7))
    return Month(tuple(format_weekday(day.date) for day in days[:7]), weeks)


def _day(period: Period, day: date, counts: Mapping[date, DayCount]) -> MonthDay:
    count = counts.get(day, DayCount(0, 0))
    said = [
        format_day(day),
        ngettext("%(num)s booked time", "%(num)s booked times", count.booked) if count.booked else "",
        ngettext("%(num)s free time", "%(num)s free times", count.available) if count.available else "",
    ]
    if not any(count):
        said.append(gettext("nothing"))
    return MonthDay(
        date=day,
        url=url_for("calendar.week", view="day", on=day),
        label=", ".join(part for part in said if part),
        booked=count.booked,
        available=count.available,
        is_today=day == period.today,
        is_outside=day.month != period.on.month,
    )
