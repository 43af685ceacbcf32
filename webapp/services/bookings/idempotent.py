"""A command that its sender may repeat: it runs once, and a repetition finds what it came to.

Key, command and answer are one transaction: whatever dies in between, either all of it happened or nothing, and what
failed is not kept.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional, within_transaction
from webapp.domain.actor import Actor
from webapp.domain.bookings import BookingStatus
from webapp.domain.errors import NotFound
from webapp.services.bookings.steps import booking_for, locked_booking
from webapp.services.bookings.view import BookingView, booking_by_uid
from webapp.services.shared.access import lock_host
from webapp.services.shared.idempotency import claim_key, keep_answer

T = TypeVar("T")
Answer = dict[str, Any]


@transactional
def run_once(
    session: Session, scope: str, key: str, request_hash: str, *, act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """(the answer of `act`, whether it is an earlier one's). Raises IdempotencyMismatch and whatever `act` raises.

    `act` calls commands, and answers with JSON values that keep no personal data: they stay for a day.
    """
    earlier = claim_key(session, scope, key, request_hash)
    if earlier is not None:
        return earlier, True
    with within_transaction(session):
        answer = act()
    keep_answer(session, scope, key, answer)
    return answer, False


@transactional
def in_one_transaction(
    session: Session, *, actor: Actor, booking_uid: uuid.UUID | None = None, act: Callable[[], T]
) -> T:
    """All that `act` reads and changes, in one transaction, with the host locked: the actor, or the one of the booking.
    Who cancels or decides does not lock the host, so the booking is locked as well. Raises NotFound."""
    host_id = booking_for(session, booking_uid, actor).host_id if booking_uid else actor.host_id
    lock_host(session, host_id)
    if booking_uid:
        locked_booking(session, booking_uid, actor)
    with within_transaction(session):
        return act()


def booking_snapshot(booking: BookingView) -> Answer:
    """What of a booking may change later, without a word that a person wrote."""
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
    """The booking as it was then. Raises NotFound."""
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
