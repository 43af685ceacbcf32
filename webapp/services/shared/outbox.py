"""The outbox: events, written in the same transaction as the changes they report.

`record` writes all events except those about bookings (`bookings.insert`) and those only for webhooks
(`webhooks.dispatch`). Postgres notifies the relay on commit, and not on rollback; if the relay is not listening at that
moment, its sweep finds the event. Nothing here talks to the queue or to a mail server.
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
UNKNOWN_KIND_WAIT = timedelta(minutes=15)  # by then an upgrade is over, and the newer version has dispatched it


@dataclass(frozen=True, slots=True)
class Event:
    """An event, as read by the relay."""

    id: int
    kind: str
    host_id: int
    booking_id: int | None
    booking_version: int | None
    data: Mapping[str, Any]
    occurred_at: datetime


def is_awaited(event: FromClause) -> ColumnElement[bool]:
    """Whether an event, of the table or an alias of it, must be dispatched before later events of its booking: another
    relay is processing it. An event of a kind unknown to this version blocks the later ones only for the duration of an
    upgrade."""
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

    `booking`: (id, version) after the change. `data`: the facts of that version that the booking may lose later, as
    JSON values and datetimes: `start` and `end` always; for a move `old_start`, `old_end` and `is_pending`; for a
    cancellation `cancelled_by` and `was_pending`; for an acceptance `was_pending`; for a refusal `is_expired`. Without
    a booking: `guest_id`, the row of a guest who requests their data. Never a name, an address, free text or a secret:
    these are read when the mail is written, so that erasing a person leaves nothing behind here.
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


_INSERT_FOR = Statement("""
INSERT INTO outbox_event (kind, host_id, data) SELECT %(kind)s, id, %(data)s FROM host WHERE id = %(host_id)s
""")


def record_for(
    session: Session, kind: EventKind, host_id: int | None, *, data: Mapping[str, Any] | None = None
) -> None:
    """As `record`, about no booking. Without a host nothing is written, and this takes as long: a request with an
    address that nobody has must not be quicker."""
    _INSERT_FOR.run(session, kind=str(kind), host_id=host_id, data=Jsonb(json_facts(data or {})))
    notify_after_commit(session, CHANNEL)


def json_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as stored in an event: datetimes become ISO 8601 strings."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
