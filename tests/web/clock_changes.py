"""The next nights on which clocks change in Berlin."""

from datetime import date, timedelta

from tests.builders import calendar


def next_sunday_of_change(month: int) -> date:
    """The next last Sunday of March (clocks go forward) or October (back), at least two days ahead."""
    soonest = calendar.today + timedelta(days=2)
    return next(day for year in (soonest.year, soonest.year + 1) if (day := _last_sunday(year, month)) >= soonest)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
