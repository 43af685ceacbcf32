"""What was done to a booking, on record: its audit entry and its outbox event, always together, in one statement.

A booking is written, recorded and committed while its host is locked; each statement less is time that others do not
wait.
"""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit
from webapp.core.sql import Statement
from webapp.domain.actor import Actor
from webapp.domain.bookings import EventKind
from webapp.services.bookings.view import BookingView
from webapp.services.shared.outbox import CHANNEL, json_facts

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
