"""Pieces of dates in the reader's language, for calendars and lists. What all faces share is in `words.formats`."""

from datetime import date, datetime
from functools import lru_cache

from babel import Locale, dates
from flask import Flask
from wtforms.fields.choices import SelectChoice

from webapp.domain.availability import instants
from webapp.domain.dates import utc_text
from webapp.web.shared.i18n import current_locale, format_day_short, format_time
from webapp.words import formats


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(local_day=local_day, leaf=leaf, utc_text=utc_text)
    app.jinja_env.globals.update(time_range=time_range, format_moment=format_moment)


def local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(instants.zone(time_zone)).date()


def first_weekday() -> int:
    """Of the reader's region; Monday = 0."""
    return int(current_locale().first_week_day)


def format_weekday(day: date) -> str:
    """`Tue`."""
    return _formatted("EEE", day, current_locale())


def format_span(first: date, last: date) -> str:
    """`May 3-9, 2027`, or the one date."""
    return _span(first, last, current_locale())


def format_hour(minute: int) -> str:
    """The clock at a minute of the day, short: `9 AM`, `09:00`; `1:30 AM` where it is no full hour."""
    return _hour(minute, current_locale())


def leaf(day: date) -> tuple[str, int, str]:
    """Month, day and weekday for `ui.leaf`: `May`, 4, `Tue`."""
    locale = current_locale()
    return _formatted("MMM", day, locale), day.day, _formatted("EEE", day, locale)


def time_range(start: datetime, end: datetime, time_zone: str) -> str:
    """`9:30 AM - 10:00 AM`, without the date."""
    return f"{format_time(start, time_zone)}{formats.RANGE}{format_time(end, time_zone)}"


@lru_cache(maxsize=8192)
def _formatted(skeleton: str, day: date, locale: Locale) -> str:
    return dates.format_skeleton(skeleton, day, locale=locale)


@lru_cache(maxsize=1024)
def _span(first: date, last: date, locale: Locale) -> str:
    if first == last:
        return formats.format_day(first, locale)
    return dates.format_interval(first, last, skeleton="yMMMd", locale=locale)


@lru_cache(maxsize=4096)
def _hour(minute: int, locale: Locale) -> str:
    moment = datetime(2000, 1, 1, minute // 60, minute % 60)  # noqa: DTZ001
    if minute % 60 or formats.uses_24_hours(locale):
        return dates.format_time(moment, "short", locale=locale)
    return dates.format_skeleton("h", moment, locale=locale)


def weekday_choices() -> list[SelectChoice]:
    """Monday = 0;  from the first day of the reader's week on, for the choices of a form."""
    locale, first = current_locale(), first_weekday()
    names = locale.days["stand-alone"]["wide"]
    return [SelectChoice(number % 7, names[number % 7]) for number in range(first, first + 7)]


def format_moment(moment: datetime, time_zone: str) -> str:
    """`Tue, May 4, 9:30 AM`: for what has happened, where the year is clear."""
    return f"{format_day_short(local_day(moment, time_zone))}, {format_time(moment, time_zone)}"
