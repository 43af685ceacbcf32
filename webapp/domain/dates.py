"""Dates and instants as text, as addresses, forms and files have them, and which years are accepted."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 2000, 2199

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z", re.ASCII)


def utc_text(moment: datetime) -> str:
    """`2027-05-04T09:00:00Z`, in whole seconds (RFC 3339)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def parsed_instant(text: str) -> datetime | None:
    """Of what `utc_text` writes, with or without its seconds; None for anything else and for other years."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def parsed_date(text: str) -> date | None:
    """Of `2027-05-04`; None for anything else and for other years."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or earlier if negative; the last day of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def week_of(day: date, first_weekday: int) -> date:
    """The first day of the week that holds `day`; Monday = 0."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)
