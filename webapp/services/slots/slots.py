"""Publish slots, change free ones, withdraw them.

All or nothing: the slots of one command are checked together under the host's lock and written together.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session, transactional, within_transaction
from webapp.domain.actor import Actor
from webapp.domain.availability.instants import to_datetime
from webapp.domain.errors import Invalid, NotFound, SlotBooked
from webapp.domain.slots import WeeklyPlan, planned_starts
from webapp.models import Booking, Slot
from webapp.services.event_types.content import EventTypeContent
from webapp.services.event_types.event_types import host_event_types
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit
from webapp.services.slots.plans import (
    BatchOverlaps,
    BatchRefused,
    Clash,
    NewSlot,
    Plan,
    clashes_of,
    plans_of,
)
from webapp.services.slots.views import SlotView, slot_by_public_id, slot_select, slot_view
from webapp.services.webhooks.dispatch import record_published

MOST_AT_ONCE = 200
MOST_PUBLISHED = 5000  # free slots of a host in the future: pages read all of a period


@transactional
def publish(session: Session, slots: Sequence[NewSlot], *, host_id: int, actor: Actor) -> list[SlotView]:
    """Publish slots, all or none. Raises BatchOverlaps, BatchRefused, Invalid."""
    require_host(actor, host_id)
    if not 1 <= len(slots) <= MOST_AT_ONCE:
        raise Invalid({"slots": [f"Between 1 and {MOST_AT_ONCE} slots at once."]})
    lock_host(session, host_id)
    _require_few(session, host_id, len(slots))
    rows = [plan.row(host_id) for plan in _sound_plans(session, slots, host_id)]
    ids = session.execute(insert(Slot).returning(Slot.id, sort_by_parameter_order=True), rows).scalars().all()
    for slot_id in ids:
        write_audit(session, actor, "slot.published", "slot", slot_id)
    query = slot_select().where(Slot.id.in_(ids)).order_by(Slot.starts_at, Slot.id)
    views = [slot_view(row) for row in session.execute(query)]
    record_published(session, [view.public_id for view in views], host_id=host_id)
    return views


def _require_few(session: Session, host_id: int, more: int) -> None:
    free = Slot.host_id == host_id, Slot.starts_at > func.now(), Slot.seats_taken == 0, Slot.withdrawn_at.is_(None)
    if session.scalars(select(func.count()).where(*free)).one() + more > MOST_PUBLISHED:
        raise Invalid({"slots": [f"At most {MOST_PUBLISHED} free slots in the future."]})


def publication_clashes(session: Session, slots: Sequence[NewSlot], *, host_id: int) -> list[Clash]:
    """What would prevent publishing these slots now: the preview of `publish`."""
    return clashes_of(session, plans_of(session, slots, host_id), host_id)


@transactional
def withdraw(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Withdraw a free slot. Raises NotFound, SlotBooked. A row that old bookings refer to is kept but no longer
    offered."""
    require_host(actor, host_id)
    slot = slot_by_public_id(session, public_id, host_id=host_id)
    if slot is None:
        raise NotFound
    # Locking the host keeps a guest from booking the slot between the check and the update.
    lock_host(session, host_id)
    withdrawn = session.execute(
        update(Slot)
        .where(Slot.id == slot.id, Slot.seats_taken == 0, Slot.withdrawn_at.is_(None))
        .values(withdrawn_at=func.now())
        .returning(Slot.id)
    ).first()
    if withdrawn is None:
        raise SlotBooked
    write_audit(session, actor, "slot.withdrawn", "slot", slot.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChange:
    """Changes to a slot; None leaves the field as it is."""

    start: datetime | None = None
    duration_minutes: int | None = None
    event_type: str | None = None
    capacity: int | None = None


@transactional
def change_slot(session: Session, public_id: uuid.UUID, change: SlotChange, *, host_id: int, actor: Actor) -> SlotView:
    """Change a free slot and return it. Raises NotFound, SlotBooked, BatchOverlaps, BatchRefused.

    A row keeps its event type, and keeps its time once any booking, even a cancelled one, has referred to it: then the
    slot is withdrawn and published again under another id.
    """
    require_host(actor, host_id)
    lock_host(session, host_id)
    before = slot_by_public_id(session, public_id, host_id=host_id)
    if before is None:
        raise NotFound
    slot = _slot_after(before, change)
    if slot == _slot_after(before, SlotChange()):
        return before
    if before.seats_taken:
        raise SlotBooked
    with within_transaction(session):
        withdraw(public_id, host_id=host_id, actor=actor)
        if slot.event_type != before.event_type_slug or _has_history(session, before.id):
            return publish([slot], host_id=host_id, actor=actor)[0]
    [plan] = _sound_plans(session, [slot], host_id)  # the slot itself is withdrawn, so it does not overlap itself
    return _move(session, before, plan, actor)


def _slot_after(before: SlotView, change: SlotChange) -> NewSlot:
    return NewSlot(
        start=change.start or before.start,
        duration_minutes=change.duration_minutes or before.duration_minutes,
        event_type=change.event_type or before.event_type_slug,
        capacity=change.capacity or before.capacity,
    )


def _has_history(session: Session, slot_id: int) -> bool:
    return session.scalar(select(Booking.id).where(Booking.slot_id == slot_id).limit(1)) is not None


def _sound_plans(session: Session, slots: Sequence[NewSlot], host_id: int) -> list[Plan]:
    """Plans that can all be published. Raises BatchOverlaps, BatchRefused."""
    plans = plans_of(session, slots, host_id)
    clashes = clashes_of(session, plans, host_id)
    if any(clash.error != "overlap" for clash in clashes):
        raise BatchRefused(clashes)
    if clashes:
        raise BatchOverlaps(clashes)
    return plans


def _move(session: Session, before: SlotView, plan: Plan, actor: Actor) -> SlotView:
    row = plan.row(before.host_id)
    times: dict[str, Any] = {name: row[name] for name in ("starts_at", "ends_at", "busy", "capacity")}
    session.execute(update(Slot).where(Slot.id == before.id, Slot.seats_taken == 0).values(**times, withdrawn_at=None))
    write_audit(session, actor, "slot.moved", "slot", before.id)
    slot = slot_by_public_id(session, before.public_id, host_id=before.host_id)
    if slot is None:
        raise NotFound
    return slot


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot that would be published. `clash`: why it cannot be (a `Clash.error`), or None."""

    start: datetime
    clash: str | None


def active_event_types(host_id: int) -> list[EventTypeContent]:
    """Event types for which slots can be published, in the host's order."""
    return [one.content for one in host_event_types(host_id) if one.content.is_active]


def planned_slots(plan: WeeklyPlan, event_type: str) -> list[NewSlot]:
    """The slots that the plan would publish for this event type (slug). Raises Invalid for none and for too many."""
    slots: list[NewSlot] = []
    for start in planned_starts(plan):
        if len(slots) == MOST_AT_ONCE:
            raise Invalid({"": [f"More than {MOST_AT_ONCE} slots at once. Choose fewer weeks, days or hours."]})
        slots.append(NewSlot(start=to_datetime(start), duration_minutes=plan.duration_minutes, event_type=event_type))
    if not slots:
        raise Invalid({"": ["Not one slot fits into these hours."]})
    return slots


def publication_preview(slots: Sequence[NewSlot], *, host_id: int) -> list[PlannedSlot]:
    """Each slot with the reason why it cannot be published now, if any. Nothing is stored."""
    clashes = {clash.index: clash.error for clash in publication_clashes(session(), slots, host_id=host_id)}
    return [PlannedSlot(slot.start, clashes.get(index)) for index, slot in enumerate(slots)]
