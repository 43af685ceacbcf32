"""Changes of status other than cancelling: the host accepts or declines, a request expires, the meeting takes place.

Each is a conditional update from the statuses that allow it, so that of two concurrent decisions one is refused.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional
from webapp.domain.actor import SYSTEM, Actor, ActorKind
from webapp.domain.bookings import BookingStatus, EventKind, may_become
from webapp.domain.errors import Conflict, Forbidden, NotActive
from webapp.models import Booking, Slot
from webapp.services.bookings.request import checked_reason
from webapp.services.bookings.seats import release_slot
from webapp.services.bookings.steps import booking_for, existing, locked_booking, record, refusal
from webapp.services.bookings.view import BookingView
from webapp.services.event_types.single_use_links import unspend_link
from webapp.services.shared.audit import write_audit

SWEEP_LIMIT = 200


@transactional
def accept(session: Session, uid: uuid.UUID, *, actor: Actor) -> BookingView:
    """Accept a pending booking. Raises NotFound, Forbidden, NotActive, AlreadyCancelled."""
    before = _decidable(session, uid, actor)
    if before.status is not BookingStatus.PENDING:
        raise refusal(before)  # a no-show marked by mistake can become confirmed again, but not by accepting
    if before.expires_at is not None and before.expires_at <= database_now(session):
        raise NotActive("expired")
    return _become(session, before, BookingStatus.CONFIRMED, EventKind.BOOKING_CONFIRMED, actor, was_pending=True)


@transactional
def decline(session: Session, uid: uuid.UUID, *, actor: Actor, reason: str | None = None) -> BookingView:
    """Decline a pending booking; the slot becomes available again. Raises the same as `accept`, and Invalid."""
    reason = checked_reason(reason)
    before = _decidable(session, uid, actor)
    return _decline(session, before, actor, reason, is_expired=False)


@transactional
def mark_no_show(session: Session, uid: uuid.UUID, *, actor: Actor) -> BookingView:
    """Record that the guest did not come. Raises NotFound, Forbidden, NotActive (also before the start)."""
    before = _decidable(session, uid, actor)
    if before.start > database_now(session):
        raise NotActive("not yet")
    return _become(session, before, BookingStatus.NO_SHOW, EventKind.BOOKING_NO_SHOW, actor)


@transactional
def undo_no_show(session: Session, uid: uuid.UUID, *, actor: Actor) -> BookingView:
    """The guest came after all: confirmed until the end of the meeting, completed after it. Raises the same as
    `mark_no_show`.

    Recorded only in the audit log: it corrects a mistake by the host that nobody else needs to know about. Without an
    event in the outbox, neither a mail nor a webhook message is sent.
    """
    before = _decidable(session, uid, actor)
    if before.status is not BookingStatus.NO_SHOW:
        raise refusal(before)
    is_over = before.end <= database_now(session)
    after = _change(session, before, BookingStatus.COMPLETED if is_over else BookingStatus.CONFIRMED)
    write_audit(session, actor, "booking.no_show_undone", "booking", after.id, version=after.version)
    return after


def expire_pending() -> int:
    """Decline bookings that have waited too long for the host's or the guest's confirmation; returns how many."""
    due = _uids(Booking.status == BookingStatus.PENDING, Booking.expires_at <= func.now())
    return sum(_unless_decided(_expire, uid) for uid in due)


def complete_past() -> int:
    """Complete confirmed bookings whose meeting is over; returns how many."""
    over = Slot.ends_at <= func.now()
    return sum(_unless_decided(_complete, uid) for uid in _uids(Booking.status == BookingStatus.CONFIRMED, over))


def _unless_decided(sweep: Callable[[uuid.UUID], bool], uid: uuid.UUID) -> bool:
    """False if a host was faster: one such booking must not stop the sweep of the others."""
    try:
        return sweep(uid)
    except Conflict:
        return False


@transactional
def _expire(session: Session, uid: uuid.UUID) -> bool:
    before = locked_booking(session, uid, SYSTEM)
    if before.status is not BookingStatus.PENDING:
        return False
    _decline(session, before, SYSTEM, None, is_expired=True)
    if before.awaits_guest:
        unspend_link(session, before.id)
    return True


@transactional
def _complete(session: Session, uid: uuid.UUID) -> bool:
    before = booking_for(session, uid, SYSTEM)
    if before.status is not BookingStatus.CONFIRMED:
        return False
    _become(session, before, BookingStatus.COMPLETED, EventKind.BOOKING_COMPLETED, SYSTEM)
    return True


@transactional
def _uids(session: Session, *conditions: object) -> list[uuid.UUID]:
    query = select(Booking.uid).join(Slot, Slot.id == Booking.slot_id).where(*conditions)  # type: ignore[arg-type]
    return list(session.scalars(query.limit(SWEEP_LIMIT)))


def _decidable(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    if actor.kind is ActorKind.GUEST:
        raise Forbidden
    found = locked_booking(session, uid, actor)
    if found.awaits_guest and found.is_active:
        raise NotActive("awaits_guest")
    return found


def _decline(
    session: Session, before: BookingView, actor: Actor, reason: str | None, *, is_expired: bool
) -> BookingView:
    after = _become(
        session, before, BookingStatus.DECLINED, EventKind.BOOKING_DECLINED, actor, reason=reason, is_expired=is_expired
    )
    release_slot(session, before.slot_id)
    return after


def _become(
    session: Session,
    before: BookingView,
    status: BookingStatus,
    kind: EventKind,
    actor: Actor,
    *,
    reason: str | None = None,
    **data: bool | datetime,
) -> BookingView:
    after = _change(session, before, status, reason)
    record(session, actor, kind, after, **data)
    return after


def _change(session: Session, before: BookingView, status: BookingStatus, reason: str | None = None) -> BookingView:
    if not may_become(before.status, status):
        raise refusal(before)
    changed = session.execute(
        update(Booking)
        .where(Booking.id == before.id, Booking.status == before.status)
        .values(status=status, expires_at=None, cancel_reason=reason)
        .returning(Booking.id)
    ).first()
    if changed is None:
        raise refusal(existing(session, before.id))
    return existing(session, before.id)
