"""Candidates for an offer, and the busy time that conflicts with them (rules 6, 7, 10 to 12)."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, Facts, PublishedSlot
from webapp.domain.availability.intervals import Interval


class Candidate(NamedTuple):
    """A meeting that a guest might book: [start, end) within its padded range. `slot_id` None: no row yet."""

    start: int
    end: int
    busy_start: int
    busy_end: int
    capacity: int
    seats_left: int
    slot_id: int | None


class BusyTimes:
    """The busy time of a host, for looking up what overlaps a range."""

    def __init__(self, facts: Facts) -> None:
        lasting = [busy for busy in facts.busy if busy.start < busy.end]
        self._busy = sorted(lasting, key=lambda busy: busy.start)
        self._starts = [busy.start for busy in self._busy]
        self._reach = list(accumulate((busy.end for busy in self._busy), max))

    def against(self, candidate: Candidate) -> list[Busy]:
        """Busy time that overlaps the candidate's padded range, sorted by start; its own slot does not count."""
        found = []
        position = bisect_left(self._starts, candidate.busy_end)
        while position and self._reach[position - 1] > candidate.busy_start:
            position -= 1
            busy = self._busy[position]
            is_own = busy.slot_id is not None and busy.slot_id == candidate.slot_id
            if busy.end > candidate.busy_start and not is_own:
                found.append(busy)
        return found[::-1]


def scheduled(rules: EventTypeRules, start: int) -> Candidate:
    """The meeting that the schedule would offer at this start."""
    end = start + 60 * rules.duration_minutes
    padded = start - 60 * rules.buffer_before_minutes, end + 60 * rules.buffer_after_minutes
    return Candidate(start, end, *padded, rules.capacity, rules.capacity, None)


def fixed(facts: Facts, first: int, last: int) -> Iterator[Candidate]:
    """The candidates off the grid that start in [first, last): booked slots of the same event type, full or not, and
    published slots."""
    for busy in facts.busy:
        is_session = busy.kind is BusyKind.MEETING and busy.is_same_event_type and busy.slot_id is not None
        if is_session and first <= busy.meeting[0] < last:
            yield _session(busy)
    asked = (slot for slot in facts.published if first <= slot.start < last)
    for slot in sorted(asked, key=lambda slot: (slot.start, slot.slot_id)):
        yield _published(slot)


def refused_starts(facts: Facts, first: int, last: int) -> Iterator[Interval]:
    """For each busy range, the starts in [first, last) at which a scheduled meeting with its padding would overlap it.

    [start - before, start + duration + after) overlaps [b0, b1) if b0 - duration - after < start < b1 + before.
    """
    rules = facts.rules
    ahead = 60 * (rules.duration_minutes + rules.buffer_after_minutes) - 1
    behind = 60 * rules.buffer_before_minutes
    for busy in facts.busy:
        if busy.start < busy.end and busy.start - ahead < last and busy.end + behind > first:
            yield busy.start - ahead, busy.end + behind


def _session(busy: Busy) -> Candidate:
    return Candidate(*busy.meeting, busy.start, busy.end, busy.capacity, busy.seats_left, busy.slot_id)


def _published(slot: PublishedSlot) -> Candidate:
    left = max(slot.capacity - slot.seats_taken, 0)
    return Candidate(slot.start, slot.end, slot.busy_start, slot.busy_end, slot.capacity, left, slot.slot_id)
