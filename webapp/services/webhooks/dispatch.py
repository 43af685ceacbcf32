"""Dispatch of events to webhooks: one delivery per message and active endpoint that subscribes to it."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit
from webapp.core.sql import Statement
from webapp.domain.bookings import EventKind
from webapp.domain.webhook_events import TEST, webhook_events
from webapp.models import Base, Channel, OutboxEvent, WebhookEndpoint
from webapp.services.shared.outbox import CHANNEL, Event

_DELIVERY: Table = Base.metadata.tables["delivery"]


_PUBLISHED = Statement("""
INSERT INTO outbox_event (kind, host_id, data)
SELECT %(kind)s, %(host_id)s, jsonb_build_object('slot', slot)
FROM unnest(%(slots)s::uuid[]) WITH ORDINALITY AS published (slot, place)
WHERE EXISTS (SELECT FROM webhook_endpoint WHERE host_id = %(host_id)s AND is_active AND %(kind)s = ANY (events))
ORDER BY place
RETURNING id
""")


def record_published(session: Session, slots: Sequence[uuid.UUID], *, host_id: int) -> None:
    """One event per slot (public ids), in one statement; none without a subscribed webhook, since nothing else uses
    them."""
    if _PUBLISHED.rows(session, kind=str(EventKind.SLOT_PUBLISHED), host_id=host_id, slots=list(slots)):
        notify_after_commit(session, CHANNEL)


def dispatch_to_webhooks(session: Session, events: Sequence[Event]) -> None:
    """Create the deliveries for these events. If none of their hosts has a webhook, this takes a single query."""
    names = {event.id: webhook_events(event.kind, event.data) for event in events}
    hosts = {event.host_id for event in events if names[event.id]}
    if not hosts:
        return
    # Locked, so that none is deleted between this query and the insert, which would then fail for all.
    query = select(WebhookEndpoint.id, WebhookEndpoint.host_id, WebhookEndpoint.events).where(
        WebhookEndpoint.host_id.in_(hosts), WebhookEndpoint.is_active
    )
    endpoints = session.execute(query.order_by(WebhookEndpoint.id).with_for_update(read=True, key_share=True))
    subscribers: dict[tuple[int, str], list[int]] = {}
    for endpoint_id, host_id, subscriptions in endpoints:
        for name in subscriptions:
            subscribers.setdefault((host_id, name), []).append(endpoint_id)
    rows = list(_rows(events, names, subscribers))
    if rows:
        session.execute(postgres_insert(_DELIVERY).on_conflict_do_nothing(), rows)


def dispatch_test(session: Session, *, endpoint_id: int, host_id: int) -> str:
    """Send a message with no content, to test that messages arrive. Returns the delivery's id."""
    statement = insert(OutboxEvent).values(kind=TEST, host_id=host_id, dispatched_at=func.now())
    event_id, occurred_at = session.execute(statement.returning(OutboxEvent.id, OutboxEvent.occurred_at)).one()
    row = _row(Event(event_id, TEST, host_id, None, None, {}, occurred_at), TEST, endpoint_id)
    session.execute(insert(_DELIVERY), row)
    notify_after_commit(session, CHANNEL)
    return str(row["message_id"])


def _rows(
    events: Sequence[Event],
    names: dict[int, tuple[Any, ...]],
    subscribers: dict[tuple[int, str], list[int]],
) -> Iterator[dict[str, Any]]:
    """Deliveries in the order in which they are to be sent."""
    for event in events:
        for name in names[event.id]:
            for endpoint_id in subscribers.get((event.host_id, str(name)), ()):
                yield _row(event, str(name), endpoint_id)


def _row(event: Event, name: str, endpoint_id: int) -> dict[str, Any]:
    """`message_id` is the `webhook-id` of every attempt."""
    return {
        "event_id": event.id,
        "kind": name,
        "channel": Channel.WEBHOOK,
        "recipient": f"webhook:{endpoint_id}",
        "webhook_endpoint_id": endpoint_id,
        "host_id": event.host_id,
        "booking_id": event.booking_id,
        "booking_version": event.booking_version,
        "message_id": f"msg_{uuid.uuid4().hex}",
    }
