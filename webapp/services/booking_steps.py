"""Steps that all commands on bookings share: find, authorise, lock, record."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.booking import BookingStatus, EventKind
from webapp.domain.errors import AlreadyCancelled, Conflict, NotActive, NotFound
from webapp.services import outbox
from webapp.services.audit import write_audit
from webapp.services.booking_views import BookingView, booking_by_id, booking_by_uid
from webapp.services.seats import lock_slot


def booking_for(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking if the actor may act on it; otherwise NotFound, as if there were none."""
    own = actor.host_id if actor.kind is ActorKind.HOST else None
    found = booking_by_uid(session, uid, host_id=own)
    if found is None or (actor.kind is ActorKind.GUEST and actor.booking_uid != str(uid)):
        raise NotFound
    return found


def locked_booking(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking with its slot locked, so that it can neither be cancelled nor moved by anybody else."""
    found = booking_for(session, uid, actor)
    while True:
        lock_slot(session, found.slot_id)
        current = booking_for(session, uid, actor)  # a new statement: it may have moved while we waited
        if current.slot_id == found.slot_id:
            return current
        found = current


def existing(session: Session, booking_id: int) -> BookingView:
    """The booking as it is now in this transaction."""
    found = booking_by_id(session, booking_id)
    if found is None:
        raise NotFound
    return found


def record(session: Session, actor: Actor, kind: EventKind, booking: BookingView, **data: Any) -> None:
    """Audit entry and outbox event of what was done to a booking, in the same transaction."""
    write_audit(session, actor, kind, "booking", booking.id, version=booking.version)
    facts_then = {"start": booking.start, "end": booking.end, **data}
    outbox.record(session, kind, host_id=booking.host_id, booking=(booking.id, booking.version), data=facts_then)


def refusal(booking: BookingView) -> Conflict:
    """Why a booking that is no longer active cannot be changed."""
    if booking.status is BookingStatus.CANCELLED:
        return AlreadyCancelled()
    return NotActive(str(booking.status))


def database_now(session: Session) -> datetime:
    now: datetime = session.execute(select(func.now())).scalar_one()
    return now
