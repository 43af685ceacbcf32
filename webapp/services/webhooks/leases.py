"""Leases for webhooks: which endpoint a job may send to, and which message is next.

Mails are leased one by one and locked while they are sent. Here the endpoint is leased, for a limited time and without
a lock: an HTTP request may take ten seconds, and neither a transaction nor a connection of the pool should wait for
somebody else's server. `lent_until` is both the end of the lease and its token: a job may work as long as the row has
exactly the value that the job was given, and each message renews it. So only one job at a time sends to an endpoint. If
a job is killed, another follows when the lease expires; if it is suspended for longer than that, its lease is void when
it resumes. Only then may a message arrive twice.

An attempt is counted and stored before the request is made, so that it is known even if the worker dies.

Order: messages to one endpoint about one booking are sent in the order of the events. A message that fails blocks later
ones about its booking until it is delivered or dead; messages about other bookings go ahead. None is skipped as
outdated, since receivers rely on getting each event.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, and_, case, func, insert, null, or_, select, update
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit
from webapp.models import Base, Channel, DeliveryStatus
from webapp.services.shared.outbox import CHANNEL, is_awaited

QUEUED = timedelta(seconds=120)  # lease while the job is queued; longer than a full queue takes
IN_HAND = timedelta(seconds=30)  # lease while one message is sent; longer than a request may take
MOST_OF_A_HOST = 4  # endpoints leased at once, failing ones and others each, so that no host takes all threads
FORGOTTEN_AFTER = timedelta(hours=1)  # without an attempt; older failures say nothing about the present

_DELIVERY: Table = Base.metadata.tables["delivery"]
_ENDPOINT: Table = Base.metadata.tables["webhook_endpoint"]
_EVENT: Table = Base.metadata.tables["outbox_event"]
_ATTEMPT: Table = Base.metadata.tables["webhook_attempt"]
_HOST: Table = Base.metadata.tables["host"]
delivery, endpoint, event, attempt, host = _DELIVERY.c, _ENDPOINT.c, _EVENT.c, _ATTEMPT.c, _HOST.c


@dataclass(frozen=True, slots=True)
class EndpointLease:
    """Allows a job to send to this endpoint; void once `lent_until` differs from `until`."""

    endpoint_id: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage:
    """The next message for the endpoint, its attempt already counted. `kind`: a WebhookEvent, or that of a test."""

    lease: EndpointLease
    url: str
    secret_salts: tuple[bytes, ...]
    endpoint_public_id: uuid.UUID
    id: int
    kind: str
    attempts: int
    message_id: str
    host_id: int
    booking_id: int | None
    occurred_at: datetime
    data: Mapping[str, Any]


def lease_endpoints(session: Session, *, is_failing: bool, limit: int) -> list[EndpointLease]:
    """Lease endpoints with due messages, those that waited longest first. `is_failing` selects those that failed or
    were slow last time, or the others. Hosts whose account is closed are left out."""
    free = (
        _free(is_failing=is_failing)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=_ENDPOINT)
        .cte("free")
    )
    since = case((endpoint.lent_until < func.now() - FORGOTTEN_AFTER, null()), else_=endpoint.failing_since)
    leased = (
        update(_ENDPOINT)
        .where(endpoint.id == free.c.id)
        .values(lent_until=func.now() + QUEUED, failing_since=since)
        .returning(endpoint.id, endpoint.lent_until, free.c.lent_until.label("waits_since"))
        .cte("leased")
    )
    in_turn = select(leased.c.id, leased.c.lent_until).order_by(leased.c.waits_since.nulls_first(), leased.c.id)
    return [EndpointLease(*row) for row in session.execute(in_turn)]


def take_next(session: Session, lease: EndpointLease) -> ClaimedMessage | None:
    """The next due message, with its attempt counted. None if there is none or the lease is void; the lease is ended
    then."""
    receiver = session.execute(_renewal(lease)).first()
    if receiver is None:
        end_lease(session, lease)
        return None
    lease = replace(lease, until=receiver.lent_until)
    row = session.execute(_next_message(lease.endpoint_id)).first()
    if row is None:
        end_lease(session, lease)
        return None
    return ClaimedMessage(
        lease=lease,
        url=receiver.url,
        secret_salts=tuple(salt for salt in (receiver.secret_salt, receiver.old_salt) if salt),
        endpoint_public_id=receiver.public_id,
        **row._mapping,
    )


def note_attempt(session: Session, message: ClaimedMessage) -> int | None:
    """Store the attempt before the request. Returns its id; None if the webhook was deleted meanwhile."""
    still_there = select(delivery.id).where(delivery.id == message.id)
    noted = insert(_ATTEMPT).from_select([attempt.delivery_id], still_there)
    return session.scalars(noted.returning(attempt.id)).first()


def end_lease(session: Session, lease: EndpointLease) -> None:
    """Release the endpoint, and wake the relay if a message is due for it, or for another one of its host, which may
    have waited for this one."""
    mine = (endpoint.id == lease.endpoint_id) & (endpoint.lent_until == lease.until)
    ended = session.execute(update(_ENDPOINT).where(mine).values(lent_until=func.now())).rowcount  # type: ignore[attr-defined]
    due = select(1).where(delivery.webhook_endpoint_id == endpoint.id, _is_due()).limit(1)
    leased = _ENDPOINT.alias().c
    its_host = select(leased.host_id).where(leased.id == lease.endpoint_id).scalar_subquery()
    ready = select(1).where(endpoint.host_id == its_host, _is_ready(), due.exists()).limit(1)
    if ended and session.execute(ready).first():
        notify_after_commit(session, CHANNEL)


def _renewal(lease: EndpointLease) -> Any:
    """Renews the lease unless it is void."""
    mine = (endpoint.id == lease.endpoint_id) & (endpoint.lent_until == lease.until)
    renewed = update(_ENDPOINT).where(mine, _is_ready()).values(lent_until=func.now() + IN_HAND)
    old_salt = case((endpoint.old_secret_until > func.now(), endpoint.old_secret_salt)).label("old_salt")
    return renewed.returning(endpoint.url, endpoint.secret_salt, old_salt, endpoint.public_id, endpoint.lent_until)


def _next_message(endpoint_id: int) -> Any:
    """Also counts the attempt."""
    due = select(delivery.id).where(_is_due(), delivery.webhook_endpoint_id == endpoint_id)
    first = due.order_by(delivery.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    taken = update(_DELIVERY).where(delivery.id == first, event.id == delivery.event_id)
    return taken.values(attempts=delivery.attempts + 1).returning(
        delivery.id,
        delivery.kind,
        delivery.attempts,
        delivery.message_id,
        delivery.host_id,
        delivery.booking_id,
        event.occurred_at,
        event.data,
    )


def _free(*, is_failing: bool) -> Select[Any]:
    """Endpoints that may be leased, in order. `is_free` is checked twice: the second time for a row that was locked by
    another transaction."""
    waiting = select(delivery.webhook_endpoint_id).where(_is_waiting()).distinct()
    due = select(1).where(delivery.webhook_endpoint_id == endpoint.id, _is_due()).limit(1)
    is_due = endpoint.id.in_(waiting) & due.exists()
    is_open = select(1).where(host.id == endpoint.host_id, host.active).exists()
    is_free = or_(endpoint.lent_until.is_(None), endpoint.lent_until <= func.now())
    turns = endpoint.lent_until.nulls_first(), endpoint.id
    of_host = func.row_number().over(partition_by=endpoint.host_id, order_by=turns).label("of_host")
    ready = (
        select(endpoint.id, of_host)
        .add_columns(_leased_of_host(is_failing=is_failing).label("leased"))
        .where(is_due, is_open, is_free, _is_ready(), _is_in_trouble(endpoint, is_failing=is_failing))
        .subquery()
    )
    is_turn = ready.c.of_host + ready.c.leased <= MOST_OF_A_HOST
    return (
        select(endpoint.id, endpoint.lent_until)
        .join(ready, ready.c.id == endpoint.id)
        .where(is_free, is_turn)
        .order_by(*turns)
    )


def _is_in_trouble(columns: Any, *, is_failing: bool) -> ColumnElement[bool]:
    trouble: ColumnElement[bool] = columns.failing_since.is_not(None) | columns.is_slow
    return trouble if is_failing else ~trouble


def _leased_of_host(*, is_failing: bool) -> ScalarSelect[int]:
    """How many endpoints of the same host are already leased."""
    other = _ENDPOINT.alias().c
    leased = (
        (other.host_id == endpoint.host_id)
        & (other.lent_until > func.now())
        & _is_in_trouble(other, is_failing=is_failing)
    )
    return select(func.count()).where(leased).scalar_subquery()


def _is_ready() -> ColumnElement[bool]:
    return endpoint.is_active & or_(endpoint.paused_until.is_(None), endpoint.paused_until <= func.now())


def _is_due() -> ColumnElement[bool]:
    """Due, and next in order: no earlier event of its booking still waits to be sent to the same endpoint."""
    other, other_event = _DELIVERY.alias().c, _EVENT.alias()
    earlier = (other.event_id < delivery.event_id) | ((other.event_id == delivery.event_id) & (other.id < delivery.id))
    same = (other.webhook_endpoint_id == delivery.webhook_endpoint_id) & (other.booking_id == delivery.booking_id)
    before = select(1).where(same, other.status == DeliveryStatus.WAITING, earlier)
    awaited = select(1).where(
        other_event.c.booking_id == delivery.booking_id, other_event.c.id < delivery.event_id, is_awaited(other_event)
    )
    return _is_waiting() & ~before.exists() & ~awaited.exists()


def _is_waiting() -> ColumnElement[bool]:
    is_message = delivery.channel == Channel.WEBHOOK, delivery.webhook_endpoint_id.is_not(None)  # as in the indexes
    return and_(*is_message) & (delivery.status == DeliveryStatus.WAITING) & (delivery.due_at <= func.now())
