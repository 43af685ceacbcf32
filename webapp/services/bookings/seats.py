"""Taking and freeing a seat in a slot: the rows behind `book`, `reschedule`, `cancel` and the import of a host.

Callers that take a seat hold the host's row lock. Locks are always taken in the order host, slot, booking.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.core.lock_queues import waiting_for
from webapp.core.sql import Statement
from webapp.domain.availability.offers import Offer
from webapp.domain.errors import SlotTaken
from webapp.models import Booking, Claim, Slot, SlotOrigin
from webapp.services.availability.offering import Offering
from webapp.services.bookings.insert import INSERT_SLOT, Seat, slot_values

_INSERT_SLOT = Statement(f"WITH {INSERT_SLOT} SELECT id FROM slot")  # noqa: S608  no value is in it


def take_seat(session: Session, offering: Offering, offer: Offer) -> Seat:
    """Take a seat at an offered start, in its slot if there is one, else in a new slot. Claims the host's time."""
    if offer.slot_id is None:
        return _seat_in_new_slot(session, offering, offer)
    return seat_in_slot(session, offer.slot_id)


def release_slot(session: Session, slot_id: int) -> None:
    """Call after freeing a seat: a slot without guests claims no time, and one from the schedule is withdrawn."""
    session.execute(delete(Claim).where(Claim.slot_id == slot_id, Slot.id == Claim.slot_id, Slot.seats_taken == 0))
    session.execute(
        update(Slot)
        .where(Slot.id == slot_id, Slot.seats_taken == 0, Slot.origin == SlotOrigin.SCHEDULE)
        .values(withdrawn_at=func.now())
    )


def release_claim_of_last_seat(session: Session, slot_id: int) -> None:
    """Call before moving the only booking of a slot: its old claim must not block the new one."""
    session.execute(delete(Claim).where(Claim.slot_id == slot_id, Slot.id == Claim.slot_id, Slot.seats_taken == 1))


def restore_slots(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert slots with their original times; returns their ids, in order. A slot is on offer when it is inserted, so
    slots of one event type and start that were withdrawn are inserted one after the other, before the one that was
    not."""
    ids = [0] * len(rows)
    for places in _turns(rows):
        columns = [{name: value for name, value in rows[at].items() if name != "withdrawn_at"} for at in places]
        # Matched by unique columns: to return ids in order, SQLAlchemy would insert rows with ranges one at a time.
        statement = insert(Slot).returning(Slot.event_type_id, Slot.starts_at, Slot.id)
        slot_ids = {(row.event_type_id, row.starts_at): row.id for row in session.execute(statement, columns)}
        for at in places:
            ids[at] = slot_ids[rows[at]["event_type_id"], rows[at]["starts_at"]]
        taken_back = [{"id": ids[at], "withdrawn_at": moment} for at in places if (moment := rows[at]["withdrawn_at"])]
        if taken_back:
            session.execute(update(Slot), taken_back)
    return ids


def claim_restored(session: Session, host_id: int) -> None:
    """Claim the host's time for restored slots with guests. Call after their bookings are written."""
    taken = select(Slot.id, Slot.host_id, Slot.busy).where(Slot.host_id == host_id, Slot.seats_taken > 0)
    session.execute(insert(Claim).from_select(["slot_id", "host_id", "busy"], taken))


def _turns(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[int]]:
    """Indexes of the rows that can be inserted together, in the order in which they must be inserted."""
    turns: list[list[int]] = []
    last: list[int] = []
    begun: dict[tuple[int, datetime], int] = {}
    for at, row in enumerate(rows):
        if row["withdrawn_at"] is None:
            last.append(at)
            continue
        key = row["event_type_id"], row["starts_at"]
        turn = begun[key] = begun.get(key, -1) + 1
        turns += [[] for _ in range(turn + 1 - len(turns))]
        turns[turn].append(at)
    yield from (places for places in (*turns, last) if places)


def lock_slot(session: Session, slot_id: int) -> None:
    """Raises Overloaded."""
    with waiting_for(session, "slot", slot_id):
        session.execute(select(Slot.id).where(Slot.id == slot_id).with_for_update(key_share=True))


def _seat_in_new_slot(session: Session, offering: Offering, offer: Offer) -> Seat:
    slot = _INSERT_SLOT.one(session, **slot_values(offering, offer))
    return Seat(slot.id, offering.rules.capacity, 1)


def seat_in_slot(session: Session, slot_id: int) -> Seat:
    """The lowest free seat. The slot's row is locked against a concurrent cancellation that releases its claim. Raises
    SlotTaken."""
    lock_slot(session, slot_id)
    slot = select(Slot.id, Slot.host_id, Slot.busy).where(Slot.id == slot_id)
    session.execute(
        upsert(Claim)
        .from_select(["slot_id", "host_id", "busy"], slot)
        .on_conflict_do_nothing(index_elements=["slot_id", "host_id"])
    )
    numbers = func.generate_series(literal(1), Slot.capacity).table_valued("number").render_derived()
    taken = select(Booking.seat).where(Booking.slot_id == slot_id, Booking.is_live)
    free = session.execute(
        select(Slot.capacity, func.min(numbers.c.number).label("number"))
        .select_from(Slot)
        .join(numbers, numbers.c.number.not_in(taken))
        # Withdrawn if the last guest of a slot from the schedule cancelled while this transaction waited for the lock.
        .where(Slot.id == slot_id, Slot.withdrawn_at.is_(None))
        .group_by(Slot.capacity)
    ).first()
    if free is None:
        raise SlotTaken
    return Seat(slot_id, free.capacity, free.number)
