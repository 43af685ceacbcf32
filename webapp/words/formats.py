"""Times, days and durations in words, by CLDR. Every time is formatted in a zone that the caller passes.

Babel parses patterns on each call (30 microseconds for a time), and the page of a month shows hundreds of times, so
results that depend on few values are cached. Durations are in minutes.
"""

from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates
from babel.core import get_global
from babel.localedata import locale_identifiers
from flask_babel import ngettext

from webapp.domain.availability.instants import zone

ENGLISH = Locale("en")
RANGE = "\u2009\u2013\u2009"  # an en dash between thin spaces: as in CLDR for English


def format_time(moment: datetime, time_zone: str, locale: Locale = ENGLISH) -> str:
    """`9:30 AM` or `09:30`, depending on the locale."""
    local = moment.astimezone(zone(time_zone))
    return _clock(local.hour, local.minute, str(locale))


@lru_cache(maxsize=16 * 1440)
def _clock(hour: int, minute: int, locale: str) -> str:
    return dates.format_time(datetime(2000, 1, 1, hour, minute), "short", locale=locale)  # noqa: DTZ001


@lru_cache(maxsize=8192)
def format_day(day: date, locale: Locale = ENGLISH) -> str:
    """`Tuesday, May 4, 2027`."""
    return dates.format_date(day, "full", locale=locale)


@lru_cache(maxsize=8192)
def format_day_short(day: date, locale: Locale = ENGLISH) -> str:
    """`Tue, May 4`."""
    return dates.format_skeleton("MMMEd", day, locale=locale)


@lru_cache(maxsize=1024)
def format_month(day: date, locale: Locale = ENGLISH) -> str:
    """`May 2027`."""
    return dates.format_skeleton("yMMMM", day, locale=locale)


def format_range(start: datetime, end: datetime, time_zone: str, locale: Locale = ENGLISH) -> str:
    """`Tuesday, May 4, 2027, 9:30 AM - 10:00 AM` with an en dash; the end has its day only if it differs."""
    first, last = start.astimezone(zone(time_zone)).date(), end.astimezone(zone(time_zone)).date()
    begin = f"{format_day(first, locale)}, {format_time(start, time_zone, locale)}"
    finish = format_time(end, time_zone, locale)
    return f"{begin}{RANGE}{finish}" if first == last else f"{begin}{RANGE}{format_day(last, locale)}, {finish}"


@lru_cache(maxsize=512)
def uses_24_hours(locale: Locale) -> bool:
    return "H" in locale.time_formats["short"].pattern


@lru_cache(maxsize=512)
def english_of(language_tag: str) -> Locale:
    """English with the formats of the reader's region: `de-DE` -> en_DE (24-hour clock, day before month)."""
    try:
        wanted = Locale.parse(language_tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return ENGLISH
    territory = wanted.territory or get_global("likely_subtags").get(wanted.language, "").rpartition("_")[2]
    if wanted.language == "en" and not wanted.territory:
        return ENGLISH
    name = f"en_{territory}"
    if name in _known_locales():
        return Locale.parse(name)
    # For regions without an English locale in CLDR: European (24 hours) or international (12 hours).
    return Locale.parse("en_150" if uses_24_hours(wanted) else "en_001")


@lru_cache(maxsize=1)
def _known_locales() -> frozenset[str]:
    return frozenset(locale_identifiers())


MINUTE, HOUR, DAY = 1, 60, 1440
UNITS = (DAY, HOUR, MINUTE)


def in_largest_unit(minutes: int) -> tuple[int, int]:
    """(number, unit in minutes) in the largest unit that divides it evenly; 0 is (0, HOUR)."""
    unit = next(one for one in UNITS if minutes % one == 0) if minutes else HOUR
    return minutes // unit, unit


def span_in_words(minutes: int) -> str:
    """In the largest unit: `1 day`, not `24 hours`."""
    number, unit = in_largest_unit(minutes)
    if unit == DAY:
        return ngettext("%(num)s day", "%(num)s days", number)
    if unit == HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", number)
    return ngettext("%(num)s minute", "%(num)s minutes", number)
