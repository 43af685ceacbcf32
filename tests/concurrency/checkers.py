"""Checks for states that must never be in the database, by plain self-joins that rely on no constraint, trigger or
generated column."""

import uuid
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine, text

LIVE = "status IN ('pending', 'confirmed', 'completed', 'no_show')"
MEETINGS = f"""
    SELECT b.id, b.host_id, b.guest_id, b.seat, b.version, s.id AS slot_id, s.event_type_id, s.capacity, s.withdrawn_at,
           lower(s.busy) AS busy_from, upper(s.busy) AS busy_to
    FROM booking b JOIN slot s ON s.id = b.slot_id WHERE b.{LIVE}
"""

CHECKERS = {
    "host booked twice": """
        SELECT 1 FROM meeting a JOIN meeting b ON a.id < b.id AND a.host_id = b.host_id AND a.slot_id <> b.slot_id
        WHERE a.busy_from < b.busy_to AND b.busy_from < a.busy_to
    """,
    "slot over its capacity": "SELECT 1 FROM meeting GROUP BY slot_id, capacity HAVING count(*) > capacity",
    "seat taken twice": "SELECT 1 FROM meeting GROUP BY slot_id, seat HAVING count(*) > 1",
    "guest twice in a slot": "SELECT 1 FROM meeting GROUP BY slot_id, guest_id HAVING count(*) > 1",
    "seat that is not there": "SELECT 1 FROM meeting WHERE seat NOT BETWEEN 1 AND capacity",
    "meeting in a slot that was taken back": "SELECT 1 FROM meeting WHERE withdrawn_at IS NOT NULL",
    "meeting without claim": """
        SELECT 1 FROM meeting m WHERE NOT EXISTS (
            SELECT FROM claim c WHERE c.slot_id = m.slot_id AND c.host_id = m.host_id
            AND lower(c.busy) = m.busy_from AND upper(c.busy) = m.busy_to)
    """,
    "claim without meeting": """
        SELECT 1 FROM claim c WHERE NOT EXISTS (SELECT FROM meeting m WHERE m.slot_id = c.slot_id)
    """,
    "seats miscounted": """
        SELECT 1 FROM slot s WHERE seats_taken <> (SELECT count(*) FROM meeting m WHERE m.slot_id = s.id)
    """,
    "published twice": """
        SELECT 1 FROM slot a JOIN slot b ON a.id < b.id AND a.event_type_id = b.event_type_id
        WHERE a.withdrawn_at IS NULL AND b.withdrawn_at IS NULL AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    """,
    "booking not told exactly once": """
        SELECT 1 FROM booking b WHERE 1 <> (
            SELECT count(*) FROM outbox_event e WHERE e.booking_id = b.id AND e.kind = 'booking.confirmed')
    """,
    "version without its event": """
        SELECT 1 FROM booking b WHERE version + 1 <> (SELECT count(*) FROM outbox_event e WHERE e.booking_id = b.id)
    """,
    "version told twice": """
        SELECT 1 FROM outbox_event WHERE booking_id IS NOT NULL GROUP BY booking_id, booking_version HAVING count(*) > 1
    """,
    "key with two results": "SELECT 1 FROM idempotency_key GROUP BY scope, key HAVING count(*) > 1",
    "key without result": "SELECT 1 FROM idempotency_key WHERE answer IS NULL",
}


def faults(owner: Engine) -> Counter[str]:
    """How many rows each checker finds; only those that find some."""
    found: Counter[str] = Counter()
    with owner.connect() as connection:
        for name, query in CHECKERS.items():
            counted = text(f"WITH meeting AS ({MEETINGS}) SELECT count(*) FROM ({query}) AS wrong")
            found[name] = connection.execute(counted).scalar_one()
    return +found


def lost(owner: Engine, acknowledged: Iterable[uuid.UUID]) -> int:
    """How many bookings that guests were told of are not there."""
    with owner.connect() as connection:
        kept = set(connection.execute(text("SELECT uid FROM booking")).scalars())
    return len(set(acknowledged) - kept)
