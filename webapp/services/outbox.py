"""What happened, written in the transaction that made it true.

`record` is the only writer of outbox events. Postgres tells the relay at commit, and nobody on rollback; should the
relay not listen just then, its sweep finds the event. Nothing here talks to the queue or to a mail server.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert
from sqlalchemy.orm import Session

from webapp.domain.booking import EventKind
from webapp.models import OutboxEvent

CHANNEL = "openslot_outbox"

_EVENTS: Table = OutboxEvent.metadata.tables["outbox_event"]
_INSERT = insert(_EVENTS).returning(_EVENTS.c.id, func.pg_notify(CHANNEL, ""))


def record(
    session: Session,
    kind: EventKind,
    *,
    host_id: int,
    booking: tuple[int, int] | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """Write one event and wake the relay at commit, in one round trip. Returns the event's id.

    `booking`: (id, version) after the change. `data`: the facts of that version which the booking may lose later,
    JSON values and instants: `start` and `end` always, `old_start` and `old_end` of a move, `cancelled_by` of a
    cancellation. Never a name, an address, a free text or a secret: they are read when the mail is written, so
    that erasing a person leaves nothing behind here.
    """
    booking_id, version = booking or (None, None)
    values = {
        "kind": str(kind),
        "host_id": host_id,
        "booking_id": booking_id,
        "booking_version": version,
        "data": {name: _json(value) for name, value in (data or {}).items()},
    }
    return int(session.execute(_INSERT, values).scalar_one())


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
