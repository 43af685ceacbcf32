"""Limits on when meetings can be booked: notice, booking window, bookings per day and week (rules 8 and 9)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from webapp.domain.availability.facts import Facts
from webapp.domain.availability.instants import day_start, local_date
from webapp.domain.availability.intervals import Interval
from webapp.domain.dates import week_of

_FOREVER = 1 << 62


def earliest_start(facts: Facts, listed_grace_seconds: int) -> int:
    """The first instant that the notice allows; the grace period accepts starts that were listed a moment ago."""
    return facts.now + 60 * facts.rules.notice_minutes - listed_grace_seconds


def booking_window(facts: Facts) -> Interval:
    """[opens, closes) of the booking window: whole dates of the schedule's zone."""
    rules, time_zone = facts.rules, facts.zone_name
    opens, closes = -_FOREVER, _FOREVER
    if rules.window_days is not None:
        last = local_date(time_zone, facts.now) + timedelta(days=rules.window_days)
        closes = day_start(time_zone, last + timedelta(days=1))
    if rules.window_from is not None:
        opens = day_start(time_zone, rules.window_from)
    if rules.window_to is not None:
        closes = min(closes, day_start(time_zone, rules.window_to + timedelta(days=1)))
    return opens, closes


def bookings_per_day(facts: Facts) -> Counter[date]:
    return Counter(local_date(facts.zone_name, start) for start in facts.counted_starts)


def bookings_per_week(facts: Facts) -> Counter[date]:
    """The number of bookings by the first day of the week."""
    counts: Counter[date] = Counter()
    for day, bookings in bookings_per_day(facts).items():
        counts[week_of(day, facts.first_weekday)] += bookings
    return counts


def closed_by_limits(facts: Facts) -> Iterator[Interval]:
    """The days and weeks that have reached their limit of bookings."""
    limits = (
        (facts.rules.max_per_day, bookings_per_day, 1),
        (facts.rules.max_per_week, bookings_per_week, 7),
    )
    for limit, counted, days in limits:
        if limit is None:
            continue
        for first, bookings in counted(facts).items():
            if bookings >= limit:
                after = first + timedelta(days=days)
                yield day_start(facts.zone_name, first), day_start(facts.zone_name, after)
