"""Book, cancel, reschedule: one protocol for page, API, admin and import (architecture.md, "Claiming a slot").

Idempotency key, then host lock, then in new statements the same computation that listed the slot, then all writes. The
host lock is FOR NO KEY UPDATE: FOR UPDATE would block every insert that refers to the host. Locking and checking in one
statement would check against the snapshot from before the wait: measured, 30 of 30 racers double-booked.
"""

import uuid
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, update
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional
from webapp.core.sql import Statement, rows_of_all
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.availability.facts import Facts, pending_until, without_booking
from webapp.domain.availability.instants import instant, to_datetime
from webapp.domain.availability.offers import LISTED_GRACE_SECONDS, Offer, offer_at
from webapp.domain.availability.reasons import ReasonCode, reasons
from webapp.domain.bookings import BookingStatus, EventKind
from webapp.domain.errors import Invalid, NotActive, NotFound, ProofRequired, SlotTaken, SlotUnavailable, TooLate
from webapp.models import Booking, EventType, Slot
from webapp.services.availability.offering import (
    Offering,
    find_offering,
    first_offering,
    offering_from,
    offering_query,
    offering_select,
)
from webapp.services.availability.offers import Availability, availability_query, facts, read_availability
from webapp.services.bookings.insert import insert_booking
from webapp.services.bookings.request import Book, checked_booking, checked_reason, guest_answers
from webapp.services.bookings.seats import release_claim_of_last_seat, release_slot, seat_in_slot, take_seat
from webapp.services.bookings.steps import (
    booking_for,
    existing,
    existing_by_uid,
    locked_booking,
    record,
    refusal,
    require_move_left,
)
from webapp.services.bookings.view import BookingView
from webapp.services.proofs.challenges import Proof, checked_proof, spend
from webapp.services.quotas.booking_quotas import Booked, booked_before, booked_query, require_quota
from webapp.services.shared.access import LOCK_HOST, LOCK_HOST_BY_SLUG, host_of_slot, lock_host, waiting_for_host
from webapp.services.shared.idempotency import claim_key, fingerprint

# Reasons that mean that the time is taken. All others mean that it was never on offer, or no longer is.
TAKEN = frozenset({ReasonCode.BUSY, ReasonCode.BUFFER, ReasonCode.FULL})


def book(command: Book, *, actor: Actor, seen: Offering | None = None) -> BookingView:
    """Book an offered start; it is pending until host or guest confirm it, if they have to. `seen`: the offering, if it
    has been read before. Raises Invalid, NotFound, SlotTaken, SlotUnavailable, AlreadyBooked, AddressRefused,
    ProofRequired, TooManyOpenBookings, TooManyBookings, LinkUsed, IdempotencyMismatch, Overloaded."""
    return _book(checked_booking(command), checked_proof(command.proof), actor=actor, seen=seen)


@transactional
def _book(session: Session, command: Book, proof: Proof | None, *, actor: Actor, seen: Offering | None) -> BookingView:
    uid = uuid.uuid4()
    if command.idempotency_key and (earlier := _earlier(session, command, actor, uid)):
        return earlier
    if proof:  # before the host is locked
        spend(session, proof)
    if command.start is not None and command.slot_id is None:
        start = instant(command.start)
        offering, known, booked = _locked_by_slugs(session, command, start, seen, actor)
    else:
        offering, start, booked = _locked_by_slot(session, command, actor)
        known = read_availability(offering, start, start + 1).facts()
    if offering.needs_link and command.link_token is None:
        raise NotFound
    answers = guest_answers(command, offering)
    # What explains a refusal takes longer to read than what decides, and the host is locked meanwhile.
    offer = offer_at(known, start) or _offer(facts(session, offering, start, start + 1), start)
    seat = seat_in_slot(session, offer.slot_id) if offer.slot_id is not None else None
    needs_proof = booked.is_unusual or (offering.requires_proof and actor.kind is ActorKind.GUEST)
    is_unproved = needs_proof and not (proof or command.link_token)
    if is_unproved and not command.confirms_by_mail:
        raise ProofRequired
    require_quota(booked, takes_time=seat is None or seat.number == 1, has_link=bool(command.link_token))
    awaits_guest = actor.kind is ActorKind.GUEST and (offering.awaits_guests or is_unproved)
    return insert_booking(session, uid, command, answers, offering, offer, seat, actor=actor, awaits_guest=awaits_guest)


@transactional
def cancel(session: Session, uid: uuid.UUID, *, actor: Actor, reason: str | None = None) -> BookingView:
    """Cancel for good; the slot becomes available again, the row stays. Raises NotFound, Invalid, AlreadyCancelled,
    NotActive, TooLate. Cancelling only frees time, so the host is not locked."""
    reason = checked_reason(reason)
    before = locked_booking(session, uid, actor)
    _require_changeable(session, before, actor)
    _cancel(session, before, actor, reason)
    after = existing(session, before.id)
    record(
        session,
        actor,
        EventKind.BOOKING_CANCELLED,
        after,
        cancelled_by=str(actor.kind),
        was_pending=before.status is BookingStatus.PENDING,
    )
    return after


@transactional
def reschedule(session: Session, uid: uuid.UUID, start: datetime, *, actor: Actor) -> BookingView:
    """Move a booking to another offered start of its event type in one step: if the new time is refused, the booking
    keeps the old one. Raises NotFound, Invalid, SlotTaken, SlotUnavailable, AlreadyCancelled, NotActive, TooLate,
    TooManyMoves, Overloaded."""
    offering = _offering_of(session, booking_for(session, uid, actor))
    before = locked_booking(session, uid, actor)
    _require_changeable(session, before, actor)
    if before.awaits_guest:
        raise NotActive("awaits_guest")
    if start == before.start:
        raise Invalid({"start": ["Choose another time than the present one."]})
    require_move_left(session, before, actor)
    new = instant(start)
    known = facts(session, offering, new, new + 1)
    others = without_booking(known, slot_id=before.slot_id, start=instant(before.start))
    _move(session, before, offering, _offer(others, new))
    after = existing(session, before.id)
    is_pending = before.status is BookingStatus.PENDING
    moved = {"old_start": before.start, "old_end": before.end, "is_pending": is_pending}
    record(session, actor, EventKind.BOOKING_RESCHEDULED, after, **moved)
    return after


def _earlier(session: Session, command: Book, actor: Actor, uid: uuid.UUID) -> BookingView | None:
    """The booking made by an earlier command with the same key. If there is none, claim the key for the booking
    `uid`."""
    scope, answer = f"book:{actor.host_id or 'guest'}:{command.host}", {"booking": {"uid": str(uid)}}
    request_hash = fingerprint(command.request())
    earlier = claim_key(session, scope, command.idempotency_key or "", request_hash, answer=answer)
    return existing_by_uid(session, uuid.UUID(earlier["booking"]["uid"])) if earlier else None


def _require_changeable(session: Session, booking: BookingView, actor: Actor) -> None:
    """Only an active booking that is not over can change, and guests must observe the event type's change notice."""
    if not booking.is_active:
        raise refusal(booking)
    now = database_now(session)
    if booking.end <= now:
        raise NotActive("past")
    if actor.kind is ActorKind.GUEST and now > booking.changeable_until:
        raise TooLate


def _offer(known: Facts, start: int) -> Offer:
    """The offer at this start. Raises SlotTaken or SlotUnavailable with the reasons why there is none."""
    offer = offer_at(known, start)
    if offer is None:
        codes = [reason.code for reason in reasons(known, start, listed_grace_seconds=LISTED_GRACE_SECONDS)]
        raise (SlotTaken if TAKEN.intersection(codes) else SlotUnavailable)([str(code) for code in codes])
    return offer


def _locked_by_slugs(
    session: Session, command: Book, start: int, seen: Offering | None, actor: Actor
) -> tuple[Offering, Facts, Booked]:
    """The offering to book, with its host locked until the transaction ends, the facts that decide about the start, and
    what has been booked before.

    The lock and the reads share one round trip, but each is a statement of its own, so that the reads see what the
    previous holder of the lock committed. Which times to read follows from the event type as it was seen before; if it
    has changed in a relevant way since, they are read again.
    """
    seen = seen or find_offering(command.host, command.event_type, has_link=command.link_token is not None)
    times = availability_query(seen, start, start + 1)
    lock = LOCK_HOST_BY_SLUG, {"host": seen.host_slug}
    offered = offering_query(seen.host_slug, seen.slug)
    counts = booked_query(actor, command.email, host=seen.host_slug)
    with waiting_for_host(session, seen.host_id):
        _, offerings, rows, *counted = rows_of_all(session, lock, offered, times, *counts)
    offering, booked = first_offering(offerings), booked_before(counted)
    if availability_query(offering, start, start + 1) != times:
        return offering, read_availability(offering, start, start + 1).facts(), booked
    return offering, Availability(offering, start, start + 1, tuple(rows)).facts(), booked


def _locked_by_slot(session: Session, command: Book, actor: Actor) -> tuple[Offering, int, Booked]:
    """The offering and the start to book, with the host locked until the transaction ends, and what has been booked
    before; the caller reads the facts after that."""
    host_id = host_of_slot(session, command.slot_id)
    lock, offered = (LOCK_HOST, {"host": host_id}), (_offering_by_slot(), {"slot": command.slot_id})
    counts = booked_query(actor, command.email, slot_id=command.slot_id)
    with waiting_for_host(session, host_id):
        _, rows, *counted = rows_of_all(session, lock, offered, *counts)
    if not rows:
        raise NotFound
    return offering_from(rows[0]), instant(rows[0][-1]), booked_before(counted)


@lru_cache(maxsize=1)
def _offering_by_slot() -> Statement:
    query = offering_select().join(Slot, Slot.event_type_id == EventType.id).add_columns(Slot.starts_at)
    return Statement.of(query.where(Slot.public_id == bindparam("slot")))


def _offering_of(session: Session, booking: BookingView) -> Offering:
    """The offering of a booking, with its host locked."""
    lock_host(session, booking.host_id)
    row = session.execute(offering_select().where(EventType.id == booking.event_type_id)).first()
    if row is None:
        raise SlotUnavailable([ReasonCode.INACTIVE])
    return offering_from(row)


def _cancel(session: Session, before: BookingView, actor: Actor, reason: str | None) -> None:
    session.execute(
        update(Booking)
        .where(Booking.id == before.id)
        .values(
            status=BookingStatus.CANCELLED,
            version=Booking.version + 1,
            expires_at=None,
            cancelled_at=func.now(),
            cancelled_by=actor.kind,
            cancel_reason=reason,
        )
    )
    release_slot(session, before.slot_id)


def _move(session: Session, before: BookingView, offering: Offering, offer: Offer) -> None:
    release_claim_of_last_seat(session, before.slot_id)
    seat = take_seat(session, offering, offer)
    expires = None
    if before.status is BookingStatus.PENDING:  # same deadline, but not within the notice before the new start
        expires = to_datetime(pending_until(instant(before.created_at), offer.start, offering.rules.notice_minutes))
    moved = update(Booking).where(Booking.id == before.id)
    session.execute(
        moved.values(
            slot_id=seat.slot_id,
            slot_capacity=seat.capacity,
            seat=seat.number,
            version=Booking.version + 1,
            expires_at=expires,
        )
    )
    release_slot(session, before.slot_id)
