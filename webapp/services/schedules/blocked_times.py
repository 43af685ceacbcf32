"""Times that a host blocks for meetings, such as a vacation. Bookings inside stay; the host is shown which they are."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional
from webapp.core.db import session as current_session
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.text import TextFault, line
from webapp.models import BlockedTime, Booking, Claim, Slot
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit

LONGEST_NOTE = 200
FURTHEST = timedelta(days=5 * 366)
MOST_AT_A_TIME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlockedTime:
    """[start, end), aware; the note is shown only to the host."""

    start: datetime
    end: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class BookingInside:
    uid: uuid.UUID
    guest_name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedTimeView:
    """`bookings`: the live ones that overlap it, by start."""

    public_id: uuid.UUID
    start: datetime
    end: datetime
    note: str
    bookings: tuple[BookingInside, ...] = ()


def blocked_times(host_id: int) -> list[BlockedTimeView]:
    """Current and future blocked times, by start; two queries."""
    return _views(current_session(), BlockedTime.host_id == host_id, BlockedTime.ends_at > func.now())


def blocked_time(public_id: uuid.UUID, *, host_id: int) -> BlockedTimeView:
    """The blocked time. Raises NotFound if it does not exist or is another host's."""
    return _one(current_session(), BlockedTime.host_id == host_id, BlockedTime.public_id == public_id)


@transactional
def block(session: Session, new: NewBlockedTime, *, host_id: int, actor: Actor) -> BlockedTimeView:
    """Stop offering [start, end). The host is locked, so that a concurrent booking is either listed here or refused.
    Raises Invalid."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    note = _checked_note(session, new, host_id)
    values = {"host_id": host_id, "starts_at": new.start, "ends_at": new.end, "note": note}
    blocked_id = session.scalars(insert(BlockedTime).values(values).returning(BlockedTime.id)).one()
    write_audit(session, actor, "blocked_time.created", "blocked_time", blocked_id)
    return _one(session, BlockedTime.id == blocked_id)


@transactional
def change_blocked_time(
    session: Session, public_id: uuid.UUID, new: NewBlockedTime, *, host_id: int, actor: Actor
) -> BlockedTimeView:
    """Replace its times and note; the id stays. Locks like `block`. Raises Invalid, NotFound."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    before = _one(session, BlockedTime.host_id == host_id, BlockedTime.public_id == public_id)
    note = _checked_note(session, new, host_id, besides=public_id)
    if (before.start, before.end, before.note) == (new.start, new.end, note):
        return before
    values = {"starts_at": new.start, "ends_at": new.end, "note": note}
    changed = update(BlockedTime).where(BlockedTime.public_id == public_id).values(values).returning(BlockedTime.id)
    blocked_id = session.scalars(changed).first()
    if blocked_id is None:  # deleted since it was read
        raise NotFound
    write_audit(session, actor, "blocked_time.changed", "blocked_time", blocked_id)
    return _one(session, BlockedTime.id == blocked_id)


@transactional
def unblock(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    require_host(actor, host_id)
    mine = BlockedTime.host_id == host_id, BlockedTime.public_id == public_id
    found = session.scalars(delete(BlockedTime).where(*mine).returning(BlockedTime.id)).first()
    if found is None:
        raise NotFound
    write_audit(session, actor, "blocked_time.deleted", "blocked_time", found)


def _checked_note(session: Session, new: NewBlockedTime, host_id: int, besides: uuid.UUID | None = None) -> str:
    """The note, normalised. `besides`: the blocked time being changed, which does not count towards the limit. Raises
    Invalid, which lists every fault."""
    faults: dict[str, list[str]] = {}
    note = ""
    try:
        note = line(new.note, LONGEST_NOTE, required=False)
    except TextFault as fault:
        faults["note"] = [str(fault)]
    if new.start.tzinfo is None or new.end.tzinfo is None:
        faults["start"] = ["Start and end must carry a UTC offset."]
    elif fault_of_end := _fault_of_end(new, database_now(session)):
        faults["end"] = [fault_of_end]
    coming = select(func.count()).where(BlockedTime.host_id == host_id, BlockedTime.ends_at > func.now())
    if session.scalars(coming.where(BlockedTime.public_id.is_distinct_from(besides))).one() >= MOST_AT_A_TIME:
        faults[""] = [f"At most {MOST_AT_A_TIME} blocked times."]
    if faults:
        raise Invalid(faults)
    return note


def _fault_of_end(new: NewBlockedTime, now: datetime) -> str | None:
    if new.end <= new.start:
        return "Must be after the start."
    if new.end <= now:
        return "Must be in the future."
    if new.end > now + FURTHEST:
        return "Must be within five years."
    return None


def _one(session: Session, *which: ColumnElement[bool]) -> BlockedTimeView:
    found = _views(session, *which)
    if not found:
        raise NotFound
    return found[0]


def _views(session: Session, *which: ColumnElement[bool]) -> list[BlockedTimeView]:
    columns = BlockedTime.id, BlockedTime.public_id, BlockedTime.starts_at, BlockedTime.ends_at, BlockedTime.note
    rows = session.execute(select(*columns).where(*which).order_by(BlockedTime.starts_at, BlockedTime.id)).all()
    inside = _bookings_inside(session, [row.id for row in rows])
    return [_view(row, inside.get(row.id, [])) for row in rows]


def _view(row: Any, bookings: Sequence[BookingInside]) -> BlockedTimeView:
    return BlockedTimeView(
        public_id=row.public_id, start=row.starts_at, end=row.ends_at, note=row.note, bookings=tuple(bookings)
    )


def _bookings_inside(session: Session, ids: Sequence[int]) -> dict[int, list[BookingInside]]:
    """Bookings by blocked time. Buffers do not count, only whether the meeting overlaps it."""
    if not ids:
        return {}
    query = (
        select(BlockedTime.id, Booking.uid, Booking.guest_name, Slot.starts_at, Slot.ends_at)
        .join(Claim, Claim.takes(BlockedTime.host_id, BlockedTime.starts_at, BlockedTime.ends_at))
        .join(Slot, (Slot.starts_at < BlockedTime.ends_at) & (Slot.ends_at > BlockedTime.starts_at))
        .join(Booking, Booking.slot_id == Slot.id)
        .where(
            BlockedTime.id.in_(ids),
            Slot.id == Claim.slot_id,
            Slot.ends_at > func.now(),
            Booking.is_live,
        )
        .order_by(Slot.starts_at, Booking.seat)
    )
    found: dict[int, list[BookingInside]] = {}
    for blocked_id, uid, guest_name, start, end in session.execute(query):
        found.setdefault(blocked_id, []).append(BookingInside(uid, guest_name, start, end))
    return found
