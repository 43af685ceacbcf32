"""Steps that all commands on bookings share: find, authorise, lock, record.

A record is an audit entry and an outbox event, always together, in one statement. A booking is written, recorded and
committed while its host is locked, so each statement less is time that others do not wait.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit
from webapp.core.sql import Statement
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.bookings import BookingStatus, EventKind
from webapp.domain.errors import AlreadyCancelled, Conflict, NotActive, NotFound
from webapp.services.bookings.seats import lock_slot
from webapp.services.bookings.view import BookingView, booking_by_id, booking_by_uid
from webapp.services.shared.outbox import CHANNEL, json_facts


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
    return _found(booking_by_id(session, booking_id))


def existing_by_uid(session: Session, uid: uuid.UUID) -> BookingView:
    return _found(booking_by_uid(session, uid))


def _found(booking: BookingView | None) -> BookingView:
    if booking is None:
        raise NotFound
    return booking


def refusal(booking: BookingView) -> Conflict:
    """Why a booking that is no longer active cannot be changed."""
    if booking.status is BookingStatus.CANCELLED:
        return AlreadyCancelled()
    return NotActive(str(booking.status))


# For a statement that has the booking's id, host_id and version in `made`; its values: `on_record`.
RECORDED = """
entry AS (
    INSERT INTO audit_entry (actor_kind, actor_id, action, object_kind, object_id, details)
    SELECT %(actor_kind)s, %(actor_id)s, %(event)s, 'booking', id, jsonb_build_object('version', version) FROM made
),
event AS (
    INSERT INTO outbox_event (kind, host_id, booking_id, booking_version, data)
    SELECT %(event)s, host_id, id, version, %(event_data)s FROM made
)
"""
_RECORD = Statement(f"""
WITH made AS (SELECT id, host_id, version FROM booking WHERE id = %(booking)s), {RECORDED}
SELECT id FROM made
""")  # noqa: S608  no value is in it


def record(session: Session, actor: Actor, kind: EventKind, booking: BookingView, **data: Any) -> None:
    """Put on record what was done to a booking, and wake the relay after the commit. `data`: see `outbox.record`."""
    facts_then = {"start": booking.start, "end": booking.end, **data}
    _RECORD.one(session, booking=booking.id, **on_record(session, actor, kind, facts_then))


def on_record(session: Session, actor: Actor, kind: EventKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a statement with `RECORDED`. The relay is woken when it has been committed."""
    notify_after_commit(session, CHANNEL)
    return {
        "actor_kind": str(actor.kind),
        "actor_id": actor.host_id,
        "event": str(kind),
        "event_data": Jsonb(json_facts(data)),
    }
