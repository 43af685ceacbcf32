"""Offers by the guest's local dates; the offers themselves do not depend on the guest (rule 14)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from webapp.domain.availability.instants import day_start, instant, local_date
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.offers import Offer

# A date begins first in UTC+14 and ends last in UTC-12.
_EAST_HOURS, _WEST_HOURS = 14, 12


def padded_range(first: date, last: date) -> Interval:
    """All instants that fall on one of the dates first..last (both included) in some time zone of the world."""
    starts = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=_EAST_HOURS)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1, hours=_WEST_HOURS)
    return instant(starts), instant(ends)


def by_local_date(offers: Iterable[Offer], time_zone: str) -> dict[date, list[Offer]]:
    """Sorted offers grouped by the local date of their start; dates without offers are left out."""
    days: dict[date, list[Offer]] = {}
    current: list[Offer] = []
    ends: int | None = None
    for offer in offers:
        if ends is None or offer.start >= ends:
            day = local_date(time_zone, offer.start)
            ends = day_start(time_zone, day + timedelta(days=1))
            current = days[day] = []
        current.append(offer)
    return days
