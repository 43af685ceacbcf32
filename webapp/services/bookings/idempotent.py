"""Snapshots of a booking as the answer of a retried command; and reading and changing a booking in one transaction."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional, within_transaction
from webapp.domain.actor import Actor
from webapp.domain.bookings import BookingStatus
from webapp.domain.errors import NotFound
from webapp.services.bookings.steps import booking_for, locked_booking
from webapp.services.bookings.view import BookingView, booking_by_uid
from webapp.services.shared.access import lock_host
from webapp.services.shared.idempotency import Answer

T = TypeVar("T")


@transactional
def in_one_transaction(
    session: Session, *, actor: Actor, booking_uid: uuid.UUID | None = None, act: Callable[[], T]
) -> T:
    """Run `act` in one transaction with the host locked: the actor's, or the booking's if there is one. Cancelling and
    deciding do not lock the host, so the booking is locked as well. Raises NotFound."""
    host_id = booking_for(session, booking_uid, actor).host_id if booking_uid else actor.host_id
    lock_host(session, host_id)
    if booking_uid:
        locked_booking(session, booking_uid, actor)
    with within_transaction(session):
        return act()


def booking_snapshot(booking: BookingView) -> Answer:
    """The fields of the booking that may change later, without any text that a person wrote."""
    return {
        "uid": str(booking.uid),
        "status": str(booking.status),
        "version": booking.version,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "slot": str(booking.slot_public_id),
        "has_reason": booking.cancel_reason is not None,
    }


def booking_from_snapshot(snapshot: Answer) -> BookingView:
    """The booking as it was when the snapshot was taken. Raises NotFound."""
    booking = booking_by_uid(current_session(), uuid.UUID(snapshot["uid"]))
    if booking is None:
        raise NotFound
    was_cancelled = snapshot["status"] == BookingStatus.CANCELLED
    return replace(
        booking,
        status=BookingStatus(snapshot["status"]),
        version=snapshot["version"],
        start=datetime.fromisoformat(snapshot["start"]),
        end=datetime.fromisoformat(snapshot["end"]),
        slot_public_id=uuid.UUID(snapshot["slot"]),
        cancelled_at=booking.cancelled_at if was_cancelled else None,
        cancelled_by=booking.cancelled_by if was_cancelled else None,
        cancel_reason=booking.cancel_reason if snapshot["has_reason"] else None,
    )
