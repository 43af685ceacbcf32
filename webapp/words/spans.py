"""Lengths of time as people say them: 90 minutes, 2 hours, 3 days. Stored as minutes everywhere."""

from flask_babel import ngettext

MINUTE, HOUR, DAY = 1, 60, 1440
UNITS = (DAY, HOUR, MINUTE)


def in_largest_unit(minutes: int) -> tuple[int, int]:
    """(number, unit in minutes) by the largest unit of which it is a whole number; 0 is (0, HOUR)."""
    unit = next(one for one in UNITS if minutes % one == 0) if minutes else HOUR
    return minutes // unit, unit


def span_in_words(minutes: int) -> str:
    """`24 hours` is said as `1 day`."""
    number, unit = in_largest_unit(minutes)
    if unit == DAY:
        return ngettext("%(num)s day", "%(num)s days", number)
    if unit == HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", number)
    return ngettext("%(num)s minute", "%(num)s minutes", number)
