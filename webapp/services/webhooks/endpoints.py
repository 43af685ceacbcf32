"""A host's webhooks: create, change, delete, test. For messages sent to them see `history`.

A signing secret is shown only when it is created; a host who loses it renews it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound, WebhookOff
from webapp.models import Delivery, DeliveryStatus, WebhookEndpoint
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit
from webapp.services.webhooks.content import NewWebhook, WebhookChange, checked_columns
from webapp.services.webhooks.dispatch import dispatch_test
from webapp.services.webhooks.secrets import new_salt, secret_of

MOST_WEBHOOKS = 20
OLD_SECRET_SIGNS = timedelta(days=1)
SWITCHED_OFF = "the webhook was switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """`disabled_at`: when the system switched it off. `failing_since`: no message has arrived since."""

    public_id: uuid.UUID
    url: str
    description: str
    events: tuple[str, ...]
    is_active: bool
    disabled_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class MadeWebhook:
    """`secret` is not stored and never shown again."""

    webhook: WebhookView
    secret: str


@transactional
def create_webhook(session: Session, new: NewWebhook, *, host_id: int, actor: Actor) -> MadeWebhook:
    """Raises Invalid."""
    require_host(actor, host_id)
    columns = checked_columns(new)
    lock_host(session, host_id)  # keeps the count correct
    if session.scalars(select(func.count()).where(WebhookEndpoint.host_id == host_id)).one() >= MOST_WEBHOOKS:
        raise Invalid({"": [f"At most {MOST_WEBHOOKS} webhooks. Delete some that are not used."]})
    salt = new_salt()
    statement = insert(WebhookEndpoint).values(**columns, host_id=host_id, secret_salt=salt)
    row = session.execute(statement.returning(WebhookEndpoint.id, *_COLUMNS)).one()
    write_audit(session, actor, "webhook.created", "webhook", row.id, events=columns["events"])
    return MadeWebhook(_view(row), secret_of(salt))


@transactional
def change_webhook(
    session: Session, public_id: uuid.UUID, change: WebhookChange, *, host_id: int, actor: Actor
) -> WebhookView:
    """The webhook after the change. If it is switched on or its URL changes, its failures are reset; if it is switched
    off, its waiting messages are skipped. Raises NotFound, Invalid."""
    columns: dict[str, Any] = checked_columns(change)
    endpoint_id = _endpoint(session, public_id, host_id, actor).id
    if change.is_active or change.url is not None:
        columns |= {"failing_since": None, "paused_until": None}
    if change.is_active:
        columns["disabled_at"] = None
    elif change.is_active is False:
        skip_waiting(session, endpoint_id, SWITCHED_OFF)
    if columns:
        session.execute(_of(endpoint_id).values(**columns))
        write_audit(session, actor, "webhook.changed", "webhook", endpoint_id, fields=sorted(columns))
    return _view(session.execute(select(*_COLUMNS).where(WebhookEndpoint.id == endpoint_id)).one())


@transactional
def delete_webhook(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Delete it with all messages sent to it. Raises NotFound."""
    endpoint_id = _endpoint(session, public_id, host_id, actor).id
    session.execute(delete(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id))
    write_audit(session, actor, "webhook.deleted", "webhook", endpoint_id)


@transactional
def renew_secret(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> str:
    """The new secret. The previous one also signs for as long as the receiver may need to switch to the new one; older
    ones no longer do. Raises NotFound."""
    return secret_of(_renew(session, _endpoint(session, public_id, host_id, actor).id, actor))


def _renew(session: Session, endpoint_id: int, actor: Actor) -> bytes:
    salt = new_salt()
    until_now = {"old_secret_salt": WebhookEndpoint.secret_salt, "old_secret_until": func.now() + OLD_SECRET_SIGNS}
    session.execute(_of(endpoint_id).values(secret_salt=salt, **until_now))
    write_audit(session, actor, "webhook.secret_renewed", "webhook", endpoint_id)
    return salt


def renew_all_secrets(session: Session, *, host_id: int, actor: Actor) -> None:
    """As `renew_secret`, of each webhook of the host, in the caller's transaction."""
    require_host(actor, host_id)
    for endpoint_id in session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.host_id == host_id)).all():
        _renew(session, endpoint_id, actor)


@transactional
def send_test(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> str:
    """The id of the test delivery, which is attempted once. Raises NotFound, WebhookOff."""
    endpoint = _endpoint(session, public_id, host_id, actor)
    if not endpoint.is_active:
        raise WebhookOff
    session.execute(_of(endpoint.id).values(paused_until=None))
    message_id = dispatch_test(session, endpoint_id=endpoint.id, host_id=host_id)
    write_audit(session, actor, "webhook.tested", "webhook", endpoint.id)
    return message_id


def host_webhooks(host_id: int) -> list[WebhookView]:
    """Newest first."""
    query = select(*_COLUMNS).where(WebhookEndpoint.host_id == host_id)
    newest_first = query.order_by(WebhookEndpoint.created_at.desc(), WebhookEndpoint.id.desc())
    return [_view(row) for row in current_session().execute(newest_first)]


def host_webhook(public_id: uuid.UUID, *, host_id: int) -> WebhookView:
    """Raises NotFound."""
    mine = WebhookEndpoint.host_id == host_id, WebhookEndpoint.public_id == public_id
    row = current_session().execute(select(*_COLUMNS).where(*mine)).first()
    if row is None:
        raise NotFound
    return _view(row)


def skip_waiting(session: Session, endpoint_id: int, reason: str) -> None:
    """Skip the messages waiting for this endpoint."""
    waiting = Delivery.webhook_endpoint_id == endpoint_id, Delivery.status == DeliveryStatus.WAITING
    skipped = {"status": DeliveryStatus.SKIPPED, "last_error": reason}
    session.execute(update(Delivery).where(*waiting).values(skipped))


def webhook_secret(public_id: uuid.UUID, *, host_id: int) -> str:
    """The secret, for a retry of the request that created it: the stored answer does not contain it. Raises
    NotFound."""
    mine = WebhookEndpoint.host_id == host_id, WebhookEndpoint.public_id == public_id
    salt = current_session().scalar(select(WebhookEndpoint.secret_salt).where(*mine))
    if salt is None:
        raise NotFound
    return secret_of(salt)


def _endpoint(session: Session, public_id: uuid.UUID, host_id: int, actor: Actor) -> Row[int, bool]:
    """(id, is_active), locked together with its host, so that commands run one at a time. Raises NotFound,
    Forbidden."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    mine = WebhookEndpoint.host_id == host_id, WebhookEndpoint.public_id == public_id
    columns = select(WebhookEndpoint.id, WebhookEndpoint.is_active)
    row = session.execute(columns.where(*mine).with_for_update(key_share=True)).first()
    if row is None:
        raise NotFound
    return row


def _of(endpoint_id: int) -> Any:
    return update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)


def _view(row: Row[*tuple[Any, ...]]) -> WebhookView:
    fields = {column.key: getattr(row, column.key) for column in _COLUMNS}
    return WebhookView(**fields | {"events": tuple(row.events)})


_COLUMNS = (
    WebhookEndpoint.public_id,
    WebhookEndpoint.url,
    WebhookEndpoint.description,
    WebhookEndpoint.events,
    WebhookEndpoint.is_active,
    WebhookEndpoint.disabled_at,
    WebhookEndpoint.failing_since,
    WebhookEndpoint.created_at,
)
