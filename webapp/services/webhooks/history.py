"""Messages sent to a host's webhook, and resending."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit, transactional
from webapp.core.db import session as current_session
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound, WebhookOff
from webapp.models import Delivery, DeliveryStatus, WebhookAttempt, WebhookEndpoint
from webapp.services.shared.access import require_host
from webapp.services.shared.audit import write_audit
from webapp.services.shared.outbox import CHANNEL

AT_ONCE = 50  # deliveries per page


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `status`: HTTP status; None: no answer, for whatever reason, or none yet."""

    at: datetime
    status: int | None
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """One message. `id` is its `webhook-id`; `due_at`: the next attempt if it is waiting; `event`: a WebhookEvent or
    `webhook.test`."""

    id: str
    event: str
    status: DeliveryStatus
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: tuple[Attempt, ...]


def webhook_deliveries(
    public_id: uuid.UUID, *, host_id: int, limit: int = AT_ONCE, before: str | None = None
) -> list[WebhookDelivery]:
    """Newest first; `before`: the id of the last item on the previous page. Raises NotFound, Invalid."""
    session = current_session()
    endpoint_id = _endpoint(session, public_id, host_id).id
    query = _select(endpoint_id).order_by(Delivery.id.desc()).limit(limit)
    if before is not None:
        last = session.scalar(
            select(Delivery.id).where(Delivery.webhook_endpoint_id == endpoint_id, Delivery.message_id == before)
        )
        if last is None:  # deleted meanwhile
            raise Invalid({"cursor": ["Must be the next_cursor of a page of this list."]})
        query = query.where(Delivery.id < last)
    return list(_views(session, session.execute(query).all()))


def webhook_delivery(public_id: uuid.UUID, delivery_id: str, *, host_id: int) -> WebhookDelivery:
    """Raises NotFound."""
    session = current_session()
    endpoint_id = _endpoint(session, public_id, host_id).id
    rows = session.execute(_select(endpoint_id).where(Delivery.message_id == delivery_id)).all()
    if not rows:
        raise NotFound
    return next(_views(session, rows))


@transactional
def redeliver(session: Session, public_id: uuid.UUID, delivery_id: str, *, host_id: int, actor: Actor) -> None:
    """Send it again, whatever its status, with the same `webhook-id`; if it is waiting, it is sent at once. Raises
    NotFound, WebhookOff."""
    require_host(actor, host_id)
    endpoint = _endpoint(session, public_id, host_id)
    unpaused = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint.id).values(paused_until=None)
    session.execute(unpaused)
    mine = Delivery.webhook_endpoint_id == endpoint.id, Delivery.message_id == delivery_id
    # A waiting delivery keeps its count: a job may be sending it, and recognises it by its attempts.
    tries = case((Delivery.status == DeliveryStatus.WAITING, Delivery.attempts), else_=0)
    again = {"status": DeliveryStatus.WAITING, "due_at": func.now(), "sent_at": None, "last_error": None}
    statement = update(Delivery).where(*mine).values(**again, attempts=tries).returning(Delivery.id)
    row_id = session.scalars(statement).first()
    if row_id is None:
        raise NotFound
    if not endpoint.is_active:
        raise WebhookOff
    write_audit(session, actor, "delivery.replay", "delivery", row_id)
    notify_after_commit(session, CHANNEL)


def _endpoint(session: Session, public_id: uuid.UUID, host_id: int) -> Row[int, bool]:
    """(id, is_active). Raises NotFound."""
    columns = select(WebhookEndpoint.id, WebhookEndpoint.is_active)
    mine = WebhookEndpoint.public_id == public_id, WebhookEndpoint.host_id == host_id
    row = session.execute(columns.where(*mine)).first()
    if row is None:
        raise NotFound
    return row


def _select(endpoint_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        Delivery.id,
        Delivery.message_id,
        Delivery.kind,
        Delivery.status,
        Delivery.created_at,
        Delivery.due_at,
        Delivery.sent_at,
    ).where(Delivery.webhook_endpoint_id == endpoint_id)


def _views(session: Session, rows: Sequence[Row[Any]]) -> Iterator[WebhookDelivery]:
    attempts: dict[int, list[Attempt]] = {}
    query = select(
        WebhookAttempt.delivery_id, WebhookAttempt.attempted_at, WebhookAttempt.status, WebhookAttempt.duration_ms
    ).where(WebhookAttempt.delivery_id.in_([row.id for row in rows]))
    for delivery_id, at, status, duration_ms in session.execute(query.order_by(WebhookAttempt.id)):
        attempts.setdefault(delivery_id, []).append(Attempt(at, status, duration_ms))
    for row in rows:
        yield WebhookDelivery(
            id=row.message_id,
            event=row.kind,
            status=DeliveryStatus(row.status),
            created_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
            attempts=tuple(attempts.get(row.id, ())),
        )
