"""Slots to publish, with the values of their event type, and what prevents publishing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from webapp.domain.availability.facts import BusyKind
from webapp.domain.availability.instants import instant, to_datetime
from webapp.domain.availability.intervals import Interval, overlap
from webapp.domain.errors import Invalid, SlotOverlap
from webapp.models import EventType, Slot, SlotOrigin
from webapp.services.availability.busy import busy_times
from webapp.services.slots.views import overlapping_slots

FURTHEST = timedelta(days=730)  # guests could not book it yet (`limits.MONTHS_AHEAD`)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSlot:
    """A slot to publish; `start` is aware. Names its event type, or gets the host's first one of that duration."""

    start: datetime
    duration_minutes: int
    event_type: str | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Why one slot of a batch cannot be published: `error` is past, too_far, duration, capacity or overlap."""

    index: int
    error: str


class BatchRefused(Invalid):
    """Some slots of a batch cannot be published, so none was. `clashes` lists them all."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(_messages(clashes))
        self.clashes = tuple(clashes)


class BatchOverlaps(SlotOverlap):
    """Like BatchRefused, if all clashes are overlaps."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(f"slots {', '.join(str(clash.index) for clash in clashes)} overlap")
        self.errors = _messages(clashes)
        self.clashes = tuple(clashes)


MESSAGES = {
    "past": "Must be in the future.",
    "too_far": "Must be within two years.",
    "duration": "You have no event type of this duration.",
    "capacity": "Must be between 1 and 1000 seats.",
    "overlap": "Overlaps another slot.",
}


def _messages(clashes: Sequence[Clash]) -> dict[str, list[str]]:
    """Messages by field of the batch."""
    return {f"slots.{clash.index}": [MESSAGES[clash.error]] for clash in clashes}


@dataclass(frozen=True, slots=True)
class Plan:
    """A slot to publish with the values of its event type (None: the host has no such event type)."""

    new: NewSlot
    event_type: Any
    now: datetime

    @property
    def end(self) -> datetime:
        return self.new.start + timedelta(minutes=self.new.duration_minutes)

    @property
    def busy(self) -> Interval:
        """The interval including buffers, Unix seconds."""
        before, after = self.event_type.buffer_before_minutes, self.event_type.buffer_after_minutes
        return instant(self.new.start) - 60 * before, instant(self.end) + 60 * after

    @property
    def capacity(self) -> int:
        return self.event_type.capacity if self.new.capacity is None else self.new.capacity

    def fault(self) -> str | None:
        if self.event_type is None:
            return "duration"
        if self.new.start <= self.now:
            return "past"
        if self.new.start > self.now + FURTHEST:
            return "too_far"
        return None if 1 <= self.capacity <= 1000 else "capacity"

    def row(self, host_id: int) -> dict[str, Any]:
        before = timedelta(minutes=self.event_type.buffer_before_minutes)
        after = timedelta(minutes=self.event_type.buffer_after_minutes)
        return {
            "host_id": host_id,
            "event_type_id": self.event_type.id,
            "starts_at": self.new.start,
            "ends_at": self.end,
            "busy": Range(self.new.start - before, self.end + after, bounds="[)"),
            "capacity": self.capacity,
            "origin": SlotOrigin.PUBLISHED,
        }


def plans_of(session: Session, slots: Sequence[NewSlot], host_id: int) -> list[Plan]:
    query = select(EventType, func.now()).where(EventType.host_id == host_id, EventType.is_active)
    rows = session.execute(query.order_by(EventType.position, EventType.id)).all()
    now = rows[0][1] if rows else session.execute(select(func.now())).scalar_one()
    event_types = [row[0] for row in rows]
    return [Plan(new, _event_type_of(new, event_types), now) for new in slots]


def _event_type_of(new: NewSlot, event_types: Sequence[EventType]) -> EventType | None:
    for event_type in event_types:
        is_named = new.event_type is None or event_type.slug == new.event_type
        if is_named and event_type.duration_minutes == new.duration_minutes:
            return event_type
    return None


def clashes_of(session: Session, plans: Sequence[Plan], host_id: int) -> list[Clash]:
    clashes = {index: fault for index, plan in enumerate(plans) if (fault := plan.fault())}
    sound = {index: plan for index, plan in enumerate(plans) if index not in clashes}
    for index in [*_overlaps_among(sound), *_overlaps_with_stored(session, sound, host_id)]:
        clashes.setdefault(index, "overlap")
    return [Clash(index, error) for index, error in sorted(clashes.items())]


def _overlaps_among(plans: dict[int, Plan]) -> list[int]:
    """Slots that overlap an earlier one of the same event type in the batch."""
    in_order = sorted(plans, key=lambda i: (plans[i].event_type.id, plans[i].new.start))
    return [
        second
        for first, second in pairwise(in_order)
        if plans[first].event_type.id == plans[second].event_type.id and plans[second].new.start < plans[first].end
    ]


def _overlaps_with_stored(session: Session, plans: dict[int, Plan], host_id: int) -> list[int]:
    """Slots that overlap a published one of their event type, or, including buffers, a time at which the host is busy.

    Blocked time does not count: a slot published in it is offered once the time is no longer blocked.
    """
    if not plans:
        return []
    first = min(plan.busy[0] for plan in plans.values())
    last = max(plan.busy[1] for plan in plans.values())
    rows = busy_times(session, host_id, first, last)
    busy = [(row.start, row.end) for row in rows if row.kind != BusyKind.BLOCKED]
    span = overlapping_slots(host_id, to_datetime(first), to_datetime(last))
    published = session.execute(select(Slot.event_type_id, Slot.starts_at, Slot.ends_at).where(*span)).all()
    return [
        index
        for index, plan in plans.items()
        if any(overlap(plan.busy, one) for one in busy)
        or any(
            row.event_type_id == plan.event_type.id and row.starts_at < plan.end and plan.new.start < row.ends_at
            for row in published
        )
    ]
