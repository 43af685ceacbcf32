"""Taking and freeing a seat of a slot: the rows behind `book`, `reschedule`, `cancel` and the import of a host.

Callers that take a seat hold the host's row lock. Locks are always taken in the order host, slot, booking.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.availability.offers import Offer
from webapp.domain.errors import SlotTaken
from webapp.models import Booking, Claim, Slot, SlotOrigin
from webapp.services.availability.offering import Offering
from webapp.services.bookings.insert import INSERT_SLOT, Seat, slot_values

_INSERT_SLOT = Statement(f"WITH {INSERT_SLOT} SELECT id FROM slot")  # noqa: S608  no value is in it


def take_seat(session: Session, offering: Offering, offer: Offer) -> Seat:
    """A seat at an offered start: of the slot's row where it has one, else of a new row. Claims the host's time."""
    if offer.slot_id is None:
        return _seat_in_new_slot(session, offering, offer)
    return seat_in_slot(session, offer.slot_id)


def release_slot(session: Session, slot_id: int) -> None:
    """After a seat was freed: without guests a slot claims no time, and one that the schedule made is gone."""
    session.execute(delete(Claim).where(Claim.slot_id == slot_id, Slot.id == Claim.slot_id, Slot.seats_taken == 0))
    session.execute(
        update(Slot)
        .where(Slot.id == slot_id, Slot.seats_taken == 0, Slot.origin == SlotOrigin.SCHEDULE)
        .values(withdrawn_at=func.now())
    )


def release_claim_of_last_seat(session: Session, slot_id: int) -> None:
    """Before the only booking of a slot moves: its old claim must not be in the way of the new one."""
    session.execute(delete(Claim).where(Claim.slot_id == slot_id, Slot.id == Claim.slot_id, Slot.seats_taken == 1))


def restore_slots(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Slots with the times that they had elsewhere; their ids, in order. Each is on offer when it is written, so that
    those of one event type and start that were taken back come one after the other, before the one that was not."""
    ids = [0] * len(rows)
    for places in _turns(rows):
        columns = [{name: value for name, value in rows[at].items() if name != "withdrawn_at"} for at in places]
        # Found by what is unique among them: asked for ids in order, SQLAlchemy would write ranges one row at a time.
        statement = insert(Slot).returning(Slot.event_type_id, Slot.starts_at, Slot.id)
        slot_ids = {(row.event_type_id, row.starts_at): row.id for row in session.execute(statement, columns)}
        for at in places:
            ids[at] = slot_ids[rows[at]["event_type_id"], rows[at]["starts_at"]]
        taken_back = [{"id": ids[at], "withdrawn_at": moment} for at in places if (moment := rows[at]["withdrawn_at"])]
        if taken_back:
            session.execute(update(Slot), taken_back)
    return ids


def claim_restored(session: Session, host_id: int) -> None:
    """Once the bookings of restored slots are written: those with guests claim the host's time."""
    taken = select(Slot.id, Slot.host_id, Slot.busy).where(Slot.host_id == host_id, Slot.seats_taken > 0)
    session.execute(insert(Claim).from_select(["slot_id", "host_id", "busy"], taken))


def _turns(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[int]]:
    """Places of the rows that can be written together, in the order in which they must be."""
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
    session.execute(select(Slot.id).where(Slot.id == slot_id).with_for_update(key_share=True))


def _seat_in_new_slot(session: Session, offering: Offering, offer: Offer) -> Seat:
    slot = _INSERT_SLOT.one(session, **slot_values(offering, offer))
    return Seat(slot.id, offering.rules.capacity, 1)


def seat_in_slot(session: Session, slot_id: int) -> Seat:
    """The lowest free seat. The slot's row is locked against a cancellation that is letting go of its claim."""
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
        # Withdrawn: the last guest of a slot that the schedule made has cancelled while we waited for its lock.
        .where(Slot.id == slot_id, Slot.withdrawn_at.is_(None))
        .group_by(Slot.capacity)
    ).first()
    if free is None:
        raise SlotTaken
    return Seat(slot_id, free.capacity, free.number)
