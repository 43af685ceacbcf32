"""Moves of a booking within a minute become one mail, which tells the last of them.

The mail about a move waits for `WAIT` (`dispatch`). A later mail about the same booking to the same recipient takes its
place: another move, which then goes out when the first one was due, or an acceptance, refusal or cancellation, which
is not delayed. What is no longer sent stays in the list of the booking's mails.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.core import rate_limits
from webapp.core.sql import Statement
from webapp.domain.bookings import EventKind
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.shared.outbox import Event

WAIT = timedelta(minutes=1)
MERGED = "a later change followed within a minute, and one mail tells both"


def is_delayed(event: Event) -> bool:
    return event.kind == EventKind.BOOKING_RESCHEDULED and rate_limits.is_on()


def merge_moves(session: Session) -> None:
    """Skip waiting mails about moves that a later mail replaces. A mail that a worker is sending is left to that
    worker."""
    _MERGE.run(session, merged=MERGED)


def told_before(session: Session, mail: ClaimedDelivery) -> Mapping[str, Any] | None:
    """The facts of the last mail that this recipient got about the booking before this one: what they know of it."""
    row = _TOLD_BEFORE.one(session, booking=mail.booking_id, recipient=mail.recipient, mail=mail.id)
    return row.data if row else None


_MERGE = Statement("""
WITH replaced AS (
    SELECT move.id, move.due_at, later.id AS later_id
    FROM delivery move CROSS JOIN LATERAL (
        SELECT id FROM delivery
        WHERE booking_id = move.booking_id AND recipient = move.recipient AND channel = 'mail'
            AND event_id > move.event_id AND status IN ('waiting', 'sent') AND kind IN (
                'booking.rescheduled', 'booking.confirmed', 'booking.declined', 'booking.cancelled'
            )
        ORDER BY event_id DESC LIMIT 1
    ) later
    WHERE move.kind = 'booking.rescheduled' AND move.status = 'waiting'
    FOR UPDATE OF move SKIP LOCKED
),
skipped AS (
    UPDATE delivery SET status = 'skipped', last_error = %(merged)s FROM replaced WHERE delivery.id = replaced.id
)
UPDATE delivery SET due_at = first.due_at
FROM (SELECT later_id, min(due_at) AS due_at FROM replaced GROUP BY later_id) first
WHERE delivery.id = first.later_id AND delivery.status = 'waiting' AND delivery.due_at > first.due_at
""")
_TOLD_BEFORE = Statement("""
SELECT event.data FROM delivery JOIN outbox_event event ON event.id = delivery.event_id
WHERE delivery.booking_id = %(booking)s AND delivery.recipient = %(recipient)s AND delivery.channel = 'mail'
    AND delivery.status = 'sent' AND delivery.event_id < (SELECT event_id FROM delivery WHERE id = %(mail)s)
ORDER BY delivery.event_id DESC LIMIT 1
""")
