"""What happened, written in the transaction that made it true.

`record` writes all events but those about bookings (`bookings.insert`) and for webhooks alone (`webhooks.dispatch`).
Postgres tells the relay after the commit, and nobody on rollback; should the relay not listen just then, its sweep
finds the event. Nothing here talks to the queue or to a mail server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, FromClause, func
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit
from webapp.core.sql import Statement
from webapp.domain.bookings import EventKind

CHANNEL = "openslot_outbox"
UNKNOWN_KIND_WAIT = timedelta(minutes=15)  # an upgrade is over by then, and the newer program has dispatched it


@dataclass(frozen=True, slots=True)
class Event:
    """An event, as the relay reads it."""

    id: int
    kind: str
    host_id: int
    booking_id: int | None
    booking_version: int | None
    data: Mapping[str, Any]


def is_awaited(event: FromClause) -> ColumnElement[bool]:
    """Whether an event, of the table or an alias of it, holds up what happened to its booking later: another relay has
    it in hand. One of a kind that this program does not know does so only as long as an upgrade takes."""
    e = event.c
    is_known = e.kind.in_([str(kind) for kind in EventKind])
    return e.dispatched_at.is_(None) & (is_known | (e.occurred_at > func.now() - UNKNOWN_KIND_WAIT))


_INSERT = Statement("""
INSERT INTO outbox_event (kind, host_id, booking_id, booking_version, data)
VALUES (%(kind)s, %(host_id)s, %(booking_id)s, %(booking_version)s, %(data)s)
""")


def record(
    session: Session,
    kind: EventKind,
    *,
    host_id: int,
    booking: tuple[int, int] | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one event, and wake the relay after the commit.

    `booking`: (id, version) after the change. `data`: the facts of that version which the booking may lose later,
    JSON values and instants: `start` and `end` always; `old_start`, `old_end` and `is_pending` of a move;
    `cancelled_by` and `was_pending` of a cancellation; `was_pending` of a yes; `is_expired` of a no. Without a booking:
    `guest_id`, the row of a guest who asks for their data. Never a name, an address, a free text or a secret: they are
    read when the mail is written, so that erasing a person leaves nothing behind here.
    """
    booking_id, version = booking or (None, None)
    _INSERT.run(
        session,
        kind=str(kind),
        host_id=host_id,
        booking_id=booking_id,
        booking_version=version,
        data=Jsonb(json_facts(data or {})),
    )
    notify_after_commit(session, CHANNEL)


def json_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """As an event keeps them."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
