"""Changing a free slot: another time, another event type, more seats."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.core.db import joined, transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound, SlotBooked
from webapp.models import Booking, Slot
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit
from webapp.services.slots.plans import BatchOverlaps, BatchRefused, Clash, NewSlot, Plan, clashes_of, plans_of
from webapp.services.slots.slots import publish, withdraw
from webapp.services.slots.views import SlotView, slot_by_public_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChange:
    """What is to become of a slot; None stays as it is."""

    start: datetime | None = None
    duration_minutes: int | None = None
    event_type: str | None = None
    capacity: int | None = None


@transactional
def change_slot(session: Session, public_id: uuid.UUID, change: SlotChange, *, host_id: int, actor: Actor) -> SlotView:
    """The slot as it is afterwards. Raises NotFound, SlotBooked, BatchOverlaps, BatchRefused.

    A row keeps its event type, and its time once any booking has referred to it, cancelled ones included: then
    the slot is withdrawn and published anew, under another id.
    """
    require_host(actor, host_id)
    lock_host(session, host_id)
    before = slot_by_public_id(session, public_id, host_id=host_id)
    if before is None:
        raise NotFound
    wanted = _wanted(before, change)
    if wanted == _wanted(before, SlotChange()):
        return before
    if before.seats_taken:
        raise SlotBooked
    with joined(session):
        withdraw(public_id, host_id=host_id, actor=actor)
        if wanted.event_type != before.event_type_slug or _has_history(session, before.id):
            return publish([wanted], host_id=host_id, actor=actor)[0]
    return _moved(session, before, _sound_plan(session, wanted, host_id), actor)


def _wanted(before: SlotView, change: SlotChange) -> NewSlot:
    return NewSlot(
        start=change.start or before.start,
        duration_minutes=change.duration_minutes or before.duration_minutes,
        event_type=change.event_type or before.event_type_slug,
        capacity=change.capacity or before.capacity,
    )


def _has_history(session: Session, slot_id: int) -> bool:
    return session.scalar(select(Booking.id).where(Booking.slot_id == slot_id).limit(1)) is not None


def _sound_plan(session: Session, wanted: NewSlot, host_id: int) -> Plan:
    """Looked at while the slot itself is withdrawn, so that it is not in its own way."""
    plans = plans_of(session, [wanted], host_id)
    _refuse(clashes_of(session, plans, host_id))
    return plans[0]


def _refuse(clashes: Sequence[Clash]) -> None:
    if any(clash.error != "overlap" for clash in clashes):
        raise BatchRefused(clashes)
    if clashes:
        raise BatchOverlaps(clashes)


def _moved(session: Session, before: SlotView, plan: Plan, actor: Actor) -> SlotView:
    row = plan.row(before.host_id)
    times: dict[str, Any] = {name: row[name] for name in ("starts_at", "ends_at", "busy", "capacity")}
    session.execute(
        update(Slot)
        .where(Slot.id == before.id, Slot.seats_taken == 0)
        .values(**times, withdrawn_at=None)
        .execution_options(synchronize_session=False)
    )
    write_audit(session, actor, "slot.moved", "slot", before.id)
    found = slot_by_public_id(session, before.public_id, host_id=before.host_id)
    if found is None:
        raise NotFound
    return found
