"""Dates, counts and times in words for the guest's pages. They are cached, because a month shows hundreds of them and
formatting with CLDR data is slow.

A locale is passed as the Babel object. It also determines the language of `gettext`, so it is sufficient as a cache
key.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel import Locale, dates
from flask_babel import gettext, ngettext

from webapp.domain.availability import instants
from webapp.domain.dates import months_later
from webapp.words import formats, zone_names

# The year in a date pattern, with the comma or space that separates it from the rest.
_YEAR = re.compile(r"[\s,]+y+\b|\by+[\s,]+")
DAYS_IN_WEEK = 7


@lru_cache(maxsize=4096)
def day_and_month(day: date, locale: Locale) -> str:
    """`Tuesday, May 4`."""
    return dates.format_date(day, _YEAR.sub("", locale.date_formats["full"].pattern), locale=locale)


@lru_cache(maxsize=8192)
def day_with_count(day: date, count: int, locale: Locale) -> str:
    """The label of a day in the calendar, for screen readers."""
    return ngettext("%(day)s, one time free", "%(day)s, %(num)s times free", count, day=formats.format_day(day, locale))


@lru_cache(maxsize=4096)
def times_on(day: date, count: int, locale: Locale) -> str:
    """`14 times on Tuesday, May 4`."""
    return ngettext("One time on %(day)s", "%(num)s times on %(day)s", count, day=day_and_month(day, locale))


@lru_cache(maxsize=4096)
def leaf(day: date, locale: Locale) -> tuple[str, int, str]:
    """(month, day, weekday), abbreviated, for a leaf of a tear-off calendar."""
    month = dates.format_skeleton("MMM", day, locale=locale)
    return month, day.day, dates.format_date(day, "ccc", locale=locale)


@lru_cache(maxsize=64)
def weekdays(locale: Locale) -> tuple[tuple[str, str], ...]:
    """(short, long) names of the weekdays, starting with the locale's first day of the week."""
    short, long = (locale.days["stand-alone"][width] for width in ("abbreviated", "wide"))
    order = [(locale.first_week_day + step) % DAYS_IN_WEEK for step in range(DAYS_IN_WEEK)]
    return tuple((short[day], long[day]) for day in order)


@lru_cache(maxsize=512)
def weeks(first: date, first_weekday: int) -> tuple[tuple[date | None, ...], ...]:
    """The dates of the month that begins on `first`, in rows of seven; None for places before and after it."""
    before = (first.weekday() - first_weekday) % DAYS_IN_WEEK
    days: list[date | None] = [None] * before
    days += [first.replace(day=number) for number in range(1, last_of_month(first).day + 1)]
    days += [None] * (-len(days) % DAYS_IN_WEEK)
    return tuple(tuple(days[at : at + DAYS_IN_WEEK]) for at in range(0, len(days), DAYS_IN_WEEK))


def last_of_month(first: date) -> date:
    return months_later(first, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeetingTime:
    """`leaf`: month, day and weekday, abbreviated. `time`: start and end, with the end's date if it is another day."""

    leaf: tuple[str, int, str]
    date: str
    time: str
    zone: str


def meeting_time(start: datetime, end: datetime, time_zone: str, locale: Locale) -> MeetingTime:
    zone = instants.zone(time_zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    finish = formats.format_time(end, time_zone, locale)
    if last != first:
        finish = f"{finish}, {day_and_month(last, locale)}"
    return MeetingTime(
        leaf=leaf(first, locale),
        date=formats.format_day(first, locale),
        time=f"{formats.format_time(start, time_zone, locale)}{formats.RANGE}{finish}",
        zone=zone_names.zone_label(time_zone, start, locale),
    )


def host_time(start: datetime, guest_zone: str, host_zone: str, host: str, locale: Locale) -> str | None:
    """A sentence with the start in the host's local time; None if it is the same as the guest's."""
    for_host = start.astimezone(instants.zone(host_zone))
    if for_host.utcoffset() == start.astimezone(instants.zone(guest_zone)).utcoffset():
        return None
    return gettext(
        "For %(host)s: %(day)s, %(time)s in %(place)s",
        host=host,
        day=day_and_month(for_host.date(), locale),
        time=formats.format_time(start, host_zone, locale),
        place=zone_names.zone_place(host_zone, locale),
    )
