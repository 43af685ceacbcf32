"""A booking as it is written, in one statement: with its slot, if that has no row yet, its guest, its record, and read.

Its host is locked meanwhile: each round trip less is time that others do not wait.
"""

import uuid
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.db import finish
from webapp.core.sql import Statement
from webapp.domain.actor import Actor
from webapp.domain.availability.facts import pending_until
from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.offers import Offer
from webapp.domain.bookings import BookingStatus, EventKind
from webapp.services.availability.offering import Offering
from webapp.services.bookings.request import Answered, Book
from webapp.services.bookings.seats import NEW_SLOT, new_slot, seat_in_slot
from webapp.services.bookings.steps import RECORDED, on_record
from webapp.services.bookings.view import BookingView, booking_from, booking_select
from webapp.services.event_types.single_use_links import spend_link

_SLOT_WITH_ROW = "slot AS (SELECT * FROM slot WHERE id = %(slot)s)"
_SLOT_WITHOUT_ROW = f"{NEW_SLOT}, slot AS (SELECT * FROM new_slot)"  # noqa: S608  no value is in it

# A statement sees nothing of what it writes but what RETURNING gives: under the names of the tables, so that what is
# written is read as every booking is. The address of a known guest stays as it was first written; the update only
# makes RETURNING answer for them, too.
_WRITTEN = f"""
new_guest AS (
    INSERT INTO guest (host_id, email) VALUES (%(host)s, %(email)s)
    ON CONFLICT (host_id, lower(email)) DO UPDATE SET email = guest.email
    RETURNING *
),
guest AS (SELECT * FROM new_guest),
made AS (
    INSERT INTO booking (
        uid, host_id, guest_id, slot_id, slot_capacity, seat, status, expires_at,
        guest_name, subject, notes, location, is_guest_location, answers, time_zone, locale
    )
    SELECT
        %(uid)s, %(host)s, guest.id, slot.id, %(capacity)s, %(seat)s, %(status)s, %(expires_at)s,
        %(name)s, %(subject)s, %(notes)s, %(location)s, %(is_guest_location)s, %(answers)s, %(time_zone)s, %(locale)s
    FROM guest, slot
    RETURNING *
),
booking AS (SELECT * FROM made), {RECORDED}
"""  # noqa: S608  no value is in it


def write_booking(
    session: Session, uid: uuid.UUID, command: Book, answers: Answered, what: Offering, offer: Offer, *, actor: Actor
) -> BookingView:
    """Take a seat at an offered start, write the booking, and spend the single-use link that the guest came by. The
    caller holds the host's row lock, and has nothing more to do in this transaction. Raises SlotTaken, LinkUsed."""
    kind = EventKind.BOOKING_REQUESTED if what.requires_confirmation else EventKind.BOOKING_CONFIRMED
    times = {"start": to_datetime(offer.start), "end": to_datetime(offer.end)}
    values = _values(command, answers, what, offer) | on_record(session, actor, kind, times)
    if offer.slot_id is None:
        values |= {**new_slot(what, offer), "seat": 1}
    else:
        seat = seat_in_slot(session, offer.slot_id)
        values |= {"slot": seat.slot_id, "capacity": seat.capacity, "seat": seat.number}
    statement = _statement(has_row=offer.slot_id is not None)
    if not command.link_token:
        return booking_from(finish(session, statement, uid=uid, **values)._asdict())
    made = booking_from(statement.one(session, uid=uid, **values)._asdict())
    spend_link(session, command.link_token, what.event_type_id, made.id)
    return made


@lru_cache(maxsize=2)
def _statement(*, has_row: bool) -> Statement:
    slot = _SLOT_WITH_ROW if has_row else _SLOT_WITHOUT_ROW
    return Statement(f"WITH {slot}, {_WRITTEN} {Statement.of(booking_select()).sql}")


def _values(command: Book, answers: Answered, what: Offering, offer: Offer) -> dict[str, Any]:
    status, expires = BookingStatus.CONFIRMED, None
    if what.requires_confirmation:
        status = BookingStatus.PENDING
        expires = to_datetime(pending_until(what.now, offer.start, what.rules.notice_minutes))
    return {
        "host": what.host_id,
        "email": command.email,
        "status": str(status),
        "expires_at": expires,
        "name": command.name,
        "subject": command.subject,
        "notes": command.notes,
        "location": answers.location,
        "is_guest_location": what.location_kind == "ask",
        "answers": Jsonb(answers.answers),
        "time_zone": command.time_zone,
        "locale": command.locale,
    }
