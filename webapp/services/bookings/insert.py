"""Insert a booking in one statement: slot and claim if the start has no row yet, guest, booking, audit entry and event.
It returns the booking as every other query reads it.

The host is locked meanwhile: every round trip saved shortens the wait of others (docs/adr/0017). The idempotency key is
not part of the statement: a second request with the same key waits before anything is locked (`shared.idempotency`).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange
from sqlalchemy.orm import Session

from webapp.core.db import execute_and_commit, notify_after_commit
from webapp.core.sql import Statement
from webapp.domain.actor import Actor
from webapp.domain.availability.facts import pending_until
from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.offers import Offer
from webapp.domain.bookings import HELD_SECONDS, BookingStatus, EventKind
from webapp.services.availability.offering import Offering
from webapp.services.bookings.request import Book, GuestAnswers
from webapp.services.bookings.view import BookingView, booking_from, booking_select
from webapp.services.event_types.single_use_links import spend_link
from webapp.services.shared.outbox import CHANNEL, json_facts


@dataclass(frozen=True, slots=True)
class State:
    """`event`: what is recorded of it. `expires_at`: when a pending booking is given up."""

    status: BookingStatus
    expires_at: datetime | None
    event: EventKind
    awaits_guest: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that may be booked: number `number` of `capacity` in a slot whose time is claimed."""

    slot_id: int
    capacity: int
    number: int


# A statement sees of the rows it writes only what RETURNING returns. So each CTE is named after its table, and the
# usual query for bookings reads the new rows from there.

# For a start from the schedule, which has no row yet; values: `slot_values`.
INSERT_SLOT = """
slot AS (
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    VALUES (%(host)s, %(event_type)s, %(start)s, %(end)s, %(busy)s, %(capacity)s, 'schedule')
    RETURNING *
),
claim AS (INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM slot)
"""
_READ_SLOT = "slot AS (SELECT * FROM slot WHERE id = %(slot)s)"

# A known guest keeps the address as first written; the update only makes RETURNING return existing rows, too.
_INSERT_GUEST = """
guest AS (
    INSERT INTO guest (host_id, email) VALUES (%(host)s, %(email)s)
    ON CONFLICT (host_id, lower(email)) DO UPDATE SET email = guest.email
    RETURNING *
)
"""
_INSERT_BOOKING = """
booking AS (
    INSERT INTO booking (
        uid, host_id, guest_id, slot_id, slot_capacity, seat, status, expires_at, awaits_guest,
        guest_name, subject, notes, location, is_guest_location, answers, time_zone, locale
    )
    SELECT
        %(uid)s, %(host)s, guest.id, slot.id, %(capacity)s, %(seat)s, %(status)s, %(expires_at)s, %(awaits_guest)s,
        %(name)s, %(subject)s, %(notes)s, %(location)s, %(is_guest_location)s, %(answers)s, %(time_zone)s, %(locale)s
    FROM guest, slot
    RETURNING *
)
"""

# Audit entry and event for the CTE `booking`; values: `record_values`.
INSERT_RECORD = """
audit_entry AS (
    INSERT INTO audit_entry (actor_kind, actor_id, action, object_kind, object_id, details)
    SELECT %(actor_kind)s, %(actor_id)s, %(event)s, 'booking', id, jsonb_build_object('version', version) FROM booking
),
outbox_event AS (
    INSERT INTO outbox_event (kind, host_id, booking_id, booking_version, data)
    SELECT %(event)s, host_id, id, version, %(event_data)s FROM booking
)
"""


@lru_cache(maxsize=2)
def _insert(*, has_row: bool) -> Statement:
    parts = (_READ_SLOT if has_row else INSERT_SLOT, _INSERT_GUEST, _INSERT_BOOKING, INSERT_RECORD)
    return Statement(f"WITH {','.join(parts)} {Statement.of(booking_select()).sql}")


def insert_booking(
    session: Session,
    uid: uuid.UUID,
    command: Book,
    answers: GuestAnswers,
    offering: Offering,
    offer: Offer,
    seat: Seat | None,
    *,
    actor: Actor,
    awaits_guest: bool,
) -> BookingView:
    """Write the booking of an offered start, and spend the guest's single-use link, if any. `seat`: in the existing
    slot of that start; None if the start has no row yet. `awaits_guest`: the time is only held until the guest confirms
    by mail. The caller holds the host's row lock and does nothing more in this transaction. Raises SlotTaken,
    LinkUsed."""
    state = state_of_new(offering, offer.start, awaits_guest=awaits_guest)
    times = {"start": to_datetime(offer.start), "end": to_datetime(offer.end)}
    values = _seat_values(offering, offer, seat) | _booking_values(command, answers, offering, state)
    values |= record_values(session, actor, state.event, times)
    statement = _insert(has_row=seat is not None)
    if not command.link_token:
        return booking_from(execute_and_commit(session, statement, uid=uid, **values)._asdict())
    booking = booking_from(statement.one(session, uid=uid, **values)._asdict())
    spend_link(session, command.link_token, offering.event_type_id, booking.id)
    return booking


def _seat_values(offering: Offering, offer: Offer, seat: Seat | None) -> dict[str, Any]:
    if seat is None:
        return {**slot_values(offering, offer), "seat": 1}
    return {"slot": seat.slot_id, "capacity": seat.capacity, "seat": seat.number}


def slot_values(offering: Offering, offer: Offer) -> dict[str, Any]:
    """The values for a statement with `INSERT_SLOT`."""
    start, end = to_datetime(offer.start), to_datetime(offer.end)
    before = timedelta(minutes=offering.rules.buffer_before_minutes)
    after = timedelta(minutes=offering.rules.buffer_after_minutes)
    return {
        "host": offering.host_id,
        "event_type": offering.event_type_id,
        "start": start,
        "end": end,
        "busy": TimestamptzRange(start - before, end + after),
        "capacity": offering.rules.capacity,
    }


def state_of_new(offering: Offering, start: int, *, awaits_guest: bool) -> State:
    """Of a booking that has just been made, or been confirmed by its guest. `start`: Unix seconds."""
    if awaits_guest:
        until = min(offering.now + HELD_SECONDS, start)
        return State(BookingStatus.PENDING, to_datetime(until), EventKind.BOOKING_HELD, awaits_guest=True)
    if offering.requires_confirmation:
        until = pending_until(offering.now, start, offering.rules.notice_minutes)
        return State(BookingStatus.PENDING, to_datetime(until), EventKind.BOOKING_REQUESTED)
    return State(BookingStatus.CONFIRMED, None, EventKind.BOOKING_CONFIRMED)


def _booking_values(command: Book, answers: GuestAnswers, offering: Offering, state: State) -> dict[str, Any]:
    return {
        "host": offering.host_id,
        "email": command.email,
        "status": str(state.status),
        "expires_at": state.expires_at,
        "awaits_guest": state.awaits_guest,
        "name": command.name,
        "subject": command.subject,
        "notes": command.notes,
        "location": answers.location,
        "is_guest_location": offering.location_kind == "ask",
        "answers": Jsonb(answers.answers),
        "time_zone": command.time_zone,
        "locale": command.locale,
    }


def record_values(session: Session, actor: Actor, kind: EventKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values for a statement with `INSERT_RECORD`. The relay is woken after the commit."""
    notify_after_commit(session, CHANNEL)
    return {
        "actor_kind": str(actor.kind),
        "actor_id": actor.host_id,
        "event": str(kind),
        "event_data": Jsonb(json_facts(data)),
    }
