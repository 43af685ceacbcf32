"""Raw SQL as the application's own database role, and the rows that it attacks."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import TupleRow


class Refusal(NamedTuple):
    """How Postgres said no: the SQLSTATE, and the constraint where one is broken."""

    sqlstate: str | None
    constraint: str | None = None


NOT_PERMITTED = Refusal("42501")


class Attacker:
    """One connection. What it does stays uncommitted until `commit`."""

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self.connection = connection

    def run(self, statement: str, **values: Any) -> Sequence[TupleRow]:
        cursor = self.connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, **values: Any) -> Any:
        return self.run(statement, **values)[0][0]

    def refusal(self, statement: str, **values: Any) -> Refusal | None:
        """The error of a statement, whose effects are undone; None: it went through."""
        try:
            with self.connection.transaction():
                self.run(statement, **values)
        except psycopg.Error as error:
            return Refusal(error.sqlstate, error.diag.constraint_name)
        return None

    def commit(self) -> Refusal | None:
        try:
            self.connection.commit()
        except psycopg.Error as error:
            return Refusal(error.sqlstate, error.diag.constraint_name)
        return None

    @property
    def pid(self) -> int:
        return self.connection.info.backend_pid


DAY = datetime.combine(datetime.now(UTC) + timedelta(days=60), time(), UTC)  # within the time that can be booked


def populate(app: Attacker) -> dict[str, int]:
    """Two hosts. The first has a free slot (10:00), a taken one (12:00) and a group of 3 with seats 1 and 3 taken
    (14:00), all on DAY for half an hour; the second one free slot. Gives the ids by name."""
    ids: dict[str, int] = {}
    for name in ("host", "other_host"):
        ids[name] = app.value(INSERT_HOST, name=name.replace("_", "-"), email=f"{name}@example.org")
    for name, host in (("event_type", "host"), ("other_event_type", "other_host")):
        ids[name] = app.value(INSERT_EVENT_TYPE, host=ids[host])
    for name, host in (
        ("guest", "host"),
        ("second_guest", "host"),
        ("third_guest", "host"),
        ("other_guest", "other_host"),
    ):
        ids[name] = app.value(INSERT_GUEST, host=ids[host], email=f"{name}@example.net")
    for name, hour, capacity in (("free", 10, 1), ("taken", 12, 1), ("group", 14, 3)):
        ids[name] = app.value(INSERT_SLOT, **ids, hour=hour, capacity=capacity)
    theirs = {"host": ids["other_host"], "event_type": ids["other_event_type"]}
    ids["other_slot"] = app.value(INSERT_SLOT, **theirs, hour=10, capacity=1)
    for slot in ("taken", "group"):
        app.run(INSERT_CLAIM, slot=ids[slot])
    for name, slot, guest, seat, capacity in (
        ("booking", "taken", "guest", 1, 1),
        ("group_booking", "group", "guest", 1, 3),
        ("last_seat", "group", "second_guest", 3, 3),
    ):
        values = {"slot": ids[slot], "guest": ids[guest], "seat": seat, "capacity": capacity}
        ids[name] = app.value(INSERT_BOOKING, host=ids["host"], **values)
    _tell(app, ids)
    app.connection.commit()
    return ids


def _tell(app: Attacker, ids: dict[str, int]) -> None:
    """Events and deliveries of the booking, an idempotency key and an audit entry."""
    ids["event"] = app.value(INSERT_EVENT, host=ids["host"], booking=ids["booking"])
    ids["second_event"] = app.value(INSERT_EVENT, host=ids["host"], booking=ids["booking"])
    ids["delivery"] = app.value(INSERT_DELIVERY, **ids, message="<1@localhost>")
    to_the_host = INSERT_DELIVERY.replace("'guest'", "'host'")
    ids["second_delivery"] = app.value(to_the_host, **ids, message="<to-the-host@localhost>")
    app.run("INSERT INTO idempotency_key (scope, key, request_hash) VALUES ('guest', 'key', 'hash')")
    app.run("INSERT INTO audit_entry (actor_kind, action, object_kind, object_id) VALUES ('host', 'a', 'slot', 1)")


INSERT_HOST = """
    INSERT INTO host (email, name, slug, time_zone, fs_uniquifier)
    VALUES (%(email)s, 'A host', %(name)s, 'UTC', %(email)s) RETURNING id
"""
INSERT_EVENT_TYPE = """
    INSERT INTO event_type (host_id, slug, title, duration_minutes) VALUES (%(host)s, '30min', 'Half an hour', 30)
    RETURNING id
"""
INSERT_GUEST = "INSERT INTO guest (host_id, email) VALUES (%(host)s, %(email)s) RETURNING id"
INSERT_SLOT = f"""
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    SELECT %(host)s, %(event_type)s, start, start + interval '30 min', tstzrange(start, start + interval '30 min'),
           %(capacity)s, 'published'
    FROM (SELECT timestamptz '{DAY.isoformat()}' + %(hour)s::float * interval '1 hour' AS start) AS given
    RETURNING id
"""
INSERT_CLAIM = "INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM slot WHERE id = %(slot)s"
INSERT_BOOKING = """
    INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone)
    VALUES (%(host)s, %(guest)s, %(slot)s, %(capacity)s, %(seat)s, 'confirmed', 'G', 'S', 'UTC') RETURNING id
"""
INSERT_EVENT = """
    INSERT INTO outbox_event (kind, host_id, booking_id, booking_version)
    VALUES ('booking.confirmed', %(host)s, %(booking)s, 0) RETURNING id
"""
INSERT_DELIVERY = """
    INSERT INTO delivery (event_id, kind, recipient, host_id, booking_id, booking_version, message_id)
    VALUES (%(event)s, 'booking.confirmed', 'guest', %(host)s, %(booking)s, 0, %(message)s) RETURNING id
"""
