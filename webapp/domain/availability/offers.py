"""What can be booked: one function for listing on a page and for checking again, under the lock, while booking.

`reasons.reasons` says why a start is not offered; it is empty exactly where a start is offered.
"""

from collections.abc import Iterator
from typing import NamedTuple

from webapp.domain.availability.candidates import BusyTimes, fixed, refused_starts
from webapp.domain.availability.facts import Facts
from webapp.domain.availability.intervals import Interval, covers, gaps, merged
from webapp.domain.availability.limits import booking_window, closed_by_limits, earliest_start
from webapp.domain.availability.windows import stretches

LISTED_GRACE_SECONDS = 60


class Offer(NamedTuple):
    """A start that can be booked, in Unix seconds; `slot_id` is its row, if it has one.

    A tuple, not a dataclass, because a listing creates thousands.
    """

    start: int
    end: int
    seats_left: int
    slot_id: int | None


def offers(facts: Facts, first: int, last: int, *, listed_grace_seconds: int = 0) -> list[Offer]:
    """All offered starts in [first, last), sorted and without duplicates, each with its row if there is one. A start
    whose row is not offered is not offered by the schedule either: an event type has at most one row per start."""
    opens, closes = booking_window(facts)
    first = max(first, opens, earliest_start(facts, listed_grace_seconds))
    last = min(last, closes)
    if first >= last or not facts.rules.is_active:
        return []
    limited = merged(closed_by_limits(facts))
    by_start: dict[int, Offer] = {}
    for offer in _fixed_offers(facts, first, last, limited):
        by_start.setdefault(offer.start, offer)
    scheduled = _scheduled_offers(facts, first, last, limited)
    if not by_start and not facts.published:
        return scheduled
    rows = by_start.keys() | {slot.start for slot in facts.published}
    return sorted([offer for offer in scheduled if offer.start not in rows] + list(by_start.values()))


def offer_at(facts: Facts, start: int, *, listed_grace_seconds: int = LISTED_GRACE_SECONDS) -> Offer | None:
    """The offer at exactly this start, or None. Used by booking; a start that was just listed is still accepted."""
    return next(iter(offers(facts, start, start + 1, listed_grace_seconds=listed_grace_seconds)), None)


def _fixed_offers(facts: Facts, first: int, last: int, limited: list[Interval]) -> Iterator[Offer]:
    candidates = [one for one in fixed(facts, first, last) if one.seats_left > 0]
    if not candidates:
        return
    busy_times = BusyTimes(facts)
    for one in candidates:
        if not covers(limited, one.start) and not busy_times.against(one):
            yield Offer(one.start, one.end, one.seats_left, one.slot_id)


def _scheduled_offers(facts: Facts, first: int, last: int, limited: list[Interval]) -> list[Offer]:
    if facts.schedule is None:
        return []
    duration, step = 60 * facts.rules.duration_minutes, facts.rules.step_seconds
    refused = merged([*refused_starts(facts, first, last), *limited])
    starts: list[int] = []
    for anchor, until, end in stretches(facts.schedule, first, last + duration):
        for free_from, free_to in gaps(max(anchor, first), min(until, last, end - duration + 1), refused):
            starts.extend(range(free_from + (anchor - free_from) % step, free_to, step))
    # The constructor of a named tuple is a Python function, which would take most of the time of a long listing.
    new, capacity = tuple.__new__, facts.rules.capacity
    return [new(Offer, (start, start + duration, capacity, None)) for start in starts]
