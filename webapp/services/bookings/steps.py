"""Steps shared by all booking commands: find, authorise, lock, record.

A record is an audit entry and an outbox event, always written together, in one statement.
"""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from webapp.core import rate_limits
from webapp.core.sql import Statement
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.bookings import BookingStatus, EventKind
from webapp.domain.errors import AlreadyCancelled, Conflict, NotActive, NotFound, TooManyMoves
from webapp.services.bookings.insert import INSERT_RECORD, record_values
from webapp.services.bookings.seats import lock_slot
from webapp.services.bookings.view import BookingView, booking_by_id, booking_by_uid
from webapp.services.shared.audit import write_audit

MOVES_A_DAY = 5  # of one booking, by its guest; the host may move it as often as necessary


def booking_for(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking if the actor may act on it. Raises NotFound otherwise, as if it did not exist."""
    own = actor.host_id if actor.kind is ActorKind.HOST else None
    booking = booking_by_uid(session, uid, host_id=own)
    if booking is None or (actor.kind is ActorKind.GUEST and actor.booking_uid != str(uid)):
        raise NotFound
    return booking


def locked_booking(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking with its slot locked, so that nobody else can cancel or move it."""
    booking = booking_for(session, uid, actor)
    while True:
        lock_slot(session, booking.slot_id)
        current = booking_for(session, uid, actor)  # a new statement: the booking may have moved during the wait
        if current.slot_id == booking.slot_id:
            return current
        booking = current


def existing(session: Session, booking_id: int) -> BookingView:
    """The booking as it is now in this transaction."""
    return _required(booking_by_id(session, booking_id))


def existing_by_uid(session: Session, uid: uuid.UUID) -> BookingView:
    return _required(booking_by_uid(session, uid))


def _required(booking: BookingView | None) -> BookingView:
    if booking is None:
        raise NotFound
    return booking


def refusal(booking: BookingView) -> Conflict:
    """Why a booking that is no longer active cannot be changed."""
    if booking.status is BookingStatus.CANCELLED:
        return AlreadyCancelled()
    return NotActive(str(booking.status))


_MOVES_TODAY = Statement("""
SELECT count(*) AS moves FROM audit_entry
WHERE object_kind = 'booking' AND object_id = %(booking)s AND action = %(moved)s AND actor_kind = 'guest'
    AND occurred_at > now() - interval '1 day'
""")


def require_move_left(session: Session, booking: BookingView, actor: Actor) -> None:
    """Raises TooManyMoves. The caller holds the lock of the booking's slot, so that each move sees the ones before."""
    if actor.kind is not ActorKind.GUEST or not rate_limits.is_on():
        return
    if _MOVES_TODAY.one(session, booking=booking.id, moved=str(EventKind.BOOKING_RESCHEDULED)).moves >= MOVES_A_DAY:
        raise TooManyMoves


_RECORD = Statement(f"""
WITH booking AS (SELECT id, host_id, version FROM booking WHERE id = %(booking)s), {INSERT_RECORD}
SELECT id FROM booking
""")  # noqa: S608  no value is in it


def record(session: Session, actor: Actor, kind: EventKind, booking: BookingView, **data: Any) -> None:
    """Write the audit entry and the event for a change of a booking, and wake the relay after the commit. `data`: see
    `outbox.record`. Nobody is told of a booking that its guest has not confirmed: it has no event."""
    if booking.awaits_guest:
        write_audit(session, actor, kind, "booking", booking.id, version=booking.version)
        return
    facts_then = {"start": booking.start, "end": booking.end, **data}
    _RECORD.one(session, booking=booking.id, **record_values(session, actor, kind, facts_then))
