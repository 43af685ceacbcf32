"""What the clock clears away from time to time. Events, mails and the audit log stay."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.models import Delivery, DeliveryStatus, IdempotencyKey, WebhookEndpoint
from webapp.services.webhooks.endpoints import SWITCHED_OFF

KEYS_KEPT = timedelta(hours=24)
WEBHOOK_DELIVERIES_KEPT = timedelta(days=30)
MOST_AT_ONCE = 5000  # deliveries, so that no transaction takes long


def forget_idempotency_keys(session: Session) -> None:
    """A retry later than `KEYS_KEPT` after the first try is a new request."""
    session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < func.now() - KEYS_KEPT)
        .execution_options(synchronize_session=False)
    )


def forget_webhook_deliveries(session: Session) -> int:
    """Messages that were sent, given up or skipped, with their attempts; how many. Those that wait stay."""
    done = (
        select(Delivery.id)
        .where(Delivery.webhook_endpoint_id.is_not(None), Delivery.status != DeliveryStatus.WAITING)
        .where(func.greatest(Delivery.created_at, Delivery.sent_at) < func.now() - WEBHOOK_DELIVERIES_KEPT)
        .limit(MOST_AT_ONCE)
    )
    forgotten = delete(Delivery).where(Delivery.id.in_(done)).returning(Delivery.id)
    return len(session.scalars(forgotten.execution_options(synchronize_session=False)).all())


def skip_stranded_webhook_deliveries(session: Session) -> None:
    """Messages that a relay wrote in the moment in which their webhook was switched off: nobody would come for them
    before it is on again, and then they would be late."""
    is_off = select(1).where(WebhookEndpoint.id == Delivery.webhook_endpoint_id, ~WebhookEndpoint.is_active).exists()
    stranded = update(Delivery).where(
        Delivery.webhook_endpoint_id.is_not(None), Delivery.status == DeliveryStatus.WAITING, is_off
    )
    skipped = {"status": DeliveryStatus.SKIPPED, "last_error": SWITCHED_OFF}
    session.execute(stranded.values(skipped).execution_options(synchronize_session=False))
