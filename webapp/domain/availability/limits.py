"""Limits on when meetings can be booked: notice, booking window, bookings per day and week (rules 8 and 9).

However wide a booking window is, nothing further ahead than MONTHS_AHEAD is offered: whoever asks for a distant month,
or for the next free time, makes the engine look through that much at most.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from webapp.domain.availability.facts import Facts
from webapp.domain.availability.instants import day_start, local_date
from webapp.domain.availability.intervals import Interval
from webapp.domain.dates import months_later, week_of

MONTHS_AHEAD = 24
_EVER = 1 << 62


def earliest_start(facts: Facts, listed_grace_seconds: int) -> int:
    """The first instant that the notice allows; the grace period accepts starts that were listed a moment ago."""
    return facts.now + 60 * facts.rules.notice_minutes - listed_grace_seconds


def booking_window(facts: Facts) -> Interval:
    """[opens, closes) of the booking window: whole dates of the schedule's zone."""
    rules, time_zone = facts.rules, facts.zone_name
    today = local_date(time_zone, facts.now)
    last = furthest_date(today)
    if rules.window_days is not None:
        last = min(last, today + timedelta(days=rules.window_days))
    if rules.window_to is not None:
        last = min(last, rules.window_to)
    opens = -_EVER if rules.window_from is None else day_start(time_zone, rules.window_from)
    return opens, day_start(time_zone, last + timedelta(days=1))


def furthest_date(today: date) -> date:
    """The last date that can be booked, whatever the booking window: today's, MONTHS_AHEAD later."""
    return months_later(today, MONTHS_AHEAD)


def rolling_days(facts: Facts) -> int | None:
    """The days of a rolling booking window; None without one, and if it ends after all that can be booked."""
    days, today = facts.rules.window_days, local_date(facts.zone_name, facts.now)
    return days if days is not None and today + timedelta(days=days) <= furthest_date(today) else None


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
