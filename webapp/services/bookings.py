"""Book, cancel, reschedule: one protocol for page, API, admin and import (architecture.md, "Claiming a slot").

Idempotency key, host lock, then in a new statement the same computation that listed the slot, then all writes. The
host lock is FOR NO KEY UPDATE: FOR UPDATE would block every insert that refers to the host. Locking and checking
in one statement would check on the snapshot from before the wait: measured, 30 of 30 racers double-booked.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.db import transactional
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.availability import LISTED_GRACE_SECONDS, Offer, offer_at
from webapp.domain.booking import BookingStatus, EventKind
from webapp.domain.errors import (
    AlreadyCancelled,
    Conflict,
    Invalid,
    NotActive,
    NotFound,
    SlotTaken,
    SlotUnavailable,
)
from webapp.domain.facts import Facts, without_booking
from webapp.domain.instants import instant
from webapp.domain.reasons import ReasonCode, reasons
from webapp.models import Booking, EventType, Guest, Host, Slot
from webapp.services import outbox
from webapp.services.audit import write_audit
from webapp.services.booking_commands import Book, checked, checked_reason
from webapp.services.booking_views import BookingView, booking_by_id, booking_by_uid
from webapp.services.idempotency import claim_key, fingerprint, keep_answer
from webapp.services.offers import Offering, facts, offering_from, offering_select
from webapp.services.seats import Seat, lock_slot, release_claim_of_last_seat, release_slot, take_seat

# Reasons that mean: somebody or something else has this time. The others mean: it never was on offer, or no longer.
TAKEN = frozenset({ReasonCode.BUSY, ReasonCode.BUFFER, ReasonCode.FULL})


def book(command: Book, *, actor: Actor) -> BookingView:
    """Book an offered start. Raises Invalid, NotFound, SlotTaken, SlotUnavailable, AlreadyBooked,
    IdempotencyMismatch, Overloaded; then nothing has changed."""
    return _book(checked(command), actor=actor)


@transactional
def _book(session: Session, command: Book, *, actor: Actor) -> BookingView:
    scope, key = f"book:{actor.host_id or 'guest'}", command.idempotency_key
    if key:
        answer = claim_key(session, scope, key, fingerprint(command.request()))
        if answer:
            return _existing(session, answer["booking_id"])
    what, start = _locked_offering(session, command)
    seat = take_seat(session, what, _offer(facts(session, what, start, start + 1), start))
    booking = _existing(session, _write_booking(session, command, what, seat))
    _record(session, actor, EventKind.BOOKING_CONFIRMED, booking)
    if key:
        keep_answer(session, scope, key, {"booking_id": booking.id})
    return booking


@transactional
def cancel(session: Session, uid: uuid.UUID, *, actor: Actor, reason: str | None = None) -> BookingView:
    """Cancel for good; the slot is available again, the record stays. Raises NotFound, Invalid, AlreadyCancelled,
    NotActive. Time gets freer here, so the host is not locked."""
    reason = checked_reason(reason)
    before = _locked_booking(session, uid, actor)
    if not before.is_active:
        raise _refusal(before)
    session.execute(
        update(Booking)
        .where(Booking.id == before.id)
        .values(
            status=BookingStatus.CANCELLED,
            version=Booking.version + 1,
            cancelled_at=func.now(),
            cancelled_by=actor.kind,
            cancel_reason=reason,
        )
    )
    release_slot(session, before.slot_id)
    after = _existing(session, before.id)
    _record(session, actor, EventKind.BOOKING_CANCELLED, after, cancelled_by=str(actor.kind))
    return after


@transactional
def reschedule(session: Session, uid: uuid.UUID, start: datetime, *, actor: Actor) -> BookingView:
    """Move a booking to another offered start of its event type, as one step: when the new time is refused the old
    one stays. Raises NotFound, Invalid, SlotTaken, SlotUnavailable, AlreadyCancelled, NotActive, Overloaded."""
    what = _lock_host_of(session, _booking_for(session, uid, actor))
    before = _locked_booking(session, uid, actor)
    if not before.is_active:
        raise _refusal(before)
    if start == before.start:
        raise Invalid({"start": ["Choose another time than the present one."]})
    new = instant(start)
    others = without_booking(facts(session, what, new, new + 1), slot_id=before.slot_id, start=instant(before.start))
    offer = _offer(others, new)
    _move(session, before, what, offer)
    after = _existing(session, before.id)
    _record(session, actor, EventKind.BOOKING_RESCHEDULED, after, old_start=before.start, old_end=before.end)
    return after


def _offer(known: Facts, start: int) -> Offer:
    """The offer at this start, or the error that says why there is none."""
    offer = offer_at(known, start)
    if offer is None:
        codes = [reason.code for reason in reasons(known, start, listed_grace_seconds=LISTED_GRACE_SECONDS)]
        raise (SlotTaken if TAKEN.intersection(codes) else SlotUnavailable)([str(code) for code in codes])
    return offer


def _locked_offering(session: Session, command: Book) -> tuple[Offering, int]:
    """What is to be booked and when, with its host locked until the end of the transaction."""
    query = offering_select().with_for_update(of=Host, key_share=True)
    if command.slot_id:
        query = query.join(Slot, Slot.event_type_id == EventType.id).where(Slot.public_id == command.slot_id)
        row = session.execute(query.add_columns(Slot.starts_at)).first()
    else:
        row = session.execute(query.where(Host.slug == command.host, EventType.slug == command.event_type)).first()
    if row is None:
        raise NotFound
    start = row.starts_at if command.slot_id else command.start
    return offering_from(row), instant(start)


def _lock_host_of(session: Session, booking: BookingView) -> Offering:
    query = offering_select().where(EventType.id == booking.event_type_id)
    row = session.execute(query.with_for_update(of=Host, key_share=True)).first()
    if row is None:
        raise SlotUnavailable([ReasonCode.INACTIVE])
    return offering_from(row)


def _write_booking(session: Session, command: Book, what: Offering, seat: Seat) -> int:
    guest = (
        upsert(Guest)
        .values(host_id=what.host_id, email=command.email)
        # The address stays as it was first written; the update only makes RETURNING answer for a known guest, too.
        .on_conflict_do_update(index_elements=[Guest.host_id, func.lower(Guest.email)], set_={"email": Guest.email})
        .returning(Guest.id)
        .cte("the_guest")
    )
    booking = insert(Booking).values(
        host_id=what.host_id,
        guest_id=select(guest.c.id).scalar_subquery(),
        slot_id=seat.slot_id,
        slot_capacity=seat.capacity,
        seat=seat.number,
        status=BookingStatus.CONFIRMED,
        guest_name=command.name,
        subject=command.subject,
        notes=command.notes,
        answers=dict(command.answers),
        time_zone=command.time_zone,
        locale=command.locale,
    )
    booking_id: int = session.execute(booking.returning(Booking.id)).scalar_one()
    return booking_id


def _move(session: Session, before: BookingView, what: Offering, offer: Offer) -> None:
    release_claim_of_last_seat(session, before.slot_id)
    seat = take_seat(session, what, offer)
    session.execute(
        update(Booking)
        .where(Booking.id == before.id)
        .values(slot_id=seat.slot_id, slot_capacity=seat.capacity, seat=seat.number, version=Booking.version + 1)
    )
    release_slot(session, before.slot_id)


def _record(session: Session, actor: Actor, kind: EventKind, booking: BookingView, **data: Any) -> None:
    write_audit(session, actor, kind, "booking", booking.id, version=booking.version)
    facts_then = {"start": booking.start, "end": booking.end, **data}
    outbox.record(session, kind, host_id=booking.host_id, booking=(booking.id, booking.version), data=facts_then)


def _booking_for(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking if the actor may act on it; otherwise NotFound, as if there were none."""
    own = actor.host_id if actor.kind is ActorKind.HOST else None
    found = booking_by_uid(session, uid, host_id=own)
    if found is None or (actor.kind is ActorKind.GUEST and actor.booking_uid != str(uid)):
        raise NotFound
    return found


def _locked_booking(session: Session, uid: uuid.UUID, actor: Actor) -> BookingView:
    """The booking with its slot locked, so that it can neither be cancelled nor moved by anybody else."""
    found = _booking_for(session, uid, actor)
    while True:
        lock_slot(session, found.slot_id)
        current = _booking_for(session, uid, actor)  # a new statement: it may have moved while we waited
        if current.slot_id == found.slot_id:
            return current
        found = current


def _existing(session: Session, booking_id: int) -> BookingView:
    found = booking_by_id(session, booking_id)
    if found is None:
        raise NotFound
    return found


def _refusal(booking: BookingView) -> Conflict:
    if booking.status is BookingStatus.CANCELLED:
        return AlreadyCancelled()
    return NotActive(str(booking.status))
