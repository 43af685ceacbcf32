"""Publishing slots and taking them back.

All or nothing: the slots of one command are checked together under the host's lock and written together.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound, SlotBooked
from webapp.models import Slot
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit
from webapp.services.slots.plans import MESSAGES, BatchOverlaps, BatchRefused, Clash, NewSlot, clashes_of, plans_of
from webapp.services.slots.views import SlotView, slot_by_public_id, slot_select, slot_view
from webapp.services.webhooks.dispatch import record_published

__all__ = [
    "MESSAGES", "MOST_AT_ONCE", "BatchOverlaps", "BatchRefused", "Clash", "NewSlot", "publication_clashes", "publish",
    "withdraw",
]  # fmt: skip

MOST_AT_ONCE = 200


@transactional
def publish(session: Session, slots: Sequence[NewSlot], *, host_id: int, actor: Actor) -> list[SlotView]:
    """Publish slots, all or none. Raises BatchOverlaps, BatchRefused, Invalid."""
    require_host(actor, host_id)
    if not 1 <= len(slots) <= MOST_AT_ONCE:
        raise Invalid({"slots": [f"Between 1 and {MOST_AT_ONCE} slots at once."]})
    lock_host(session, host_id)
    planned = plans_of(session, slots, host_id)
    clashes = clashes_of(session, planned, host_id)
    if any(clash.error != "overlap" for clash in clashes):
        raise BatchRefused(clashes)
    if clashes:
        raise BatchOverlaps(clashes)
    rows = [plan.row(host_id) for plan in planned]
    ids = session.execute(insert(Slot).returning(Slot.id, sort_by_parameter_order=True), rows).scalars().all()
    for slot_id in ids:
        write_audit(session, actor, "slot.published", "slot", slot_id)
    found = session.execute(slot_select().where(Slot.id.in_(ids)).order_by(Slot.starts_at, Slot.id))
    published = [slot_view(row) for row in found]
    record_published(session, [one.public_id for one in published], host_id=host_id)
    return published


def publication_clashes(session: Session, slots: Sequence[NewSlot], *, host_id: int) -> list[Clash]:
    """What would stand against publishing these slots now: the preview of `publish`."""
    return clashes_of(session, plans_of(session, slots, host_id), host_id)


@transactional
def withdraw(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Take a free slot back. Raises NotFound, SlotBooked. A row that old bookings refer to stays, offered no more."""
    require_host(actor, host_id)
    slot = slot_by_public_id(session, public_id, host_id=host_id)
    if slot is None:
        raise NotFound
    # Locking the host keeps a guest from booking the slot between the look and the deed.
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
