"""Figures about the instance for its admins, and deletion of expired rows. Events, mails and the audit log are never
deleted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session
from webapp.models import Booking, Delivery, DeliveryStatus, Host, IdempotencyKey, Slot, WebhookEndpoint
from webapp.services.mail.reports import MailFigures, mail_figures
from webapp.services.mail.server_refusals import MailTrouble, mail_trouble
from webapp.services.webhooks.endpoints import SWITCHED_OFF


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts as of now; a day is a UTC day."""

    bookings_made_today: int
    cancellations_today: int
    meetings_today: int
    hosts: int
    mail: MailFigures
    mail_trouble: MailTrouble | None


def figures() -> Figures:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)

    def count(model: type[Any], *conditions: Any) -> Any:
        return select(func.count()).select_from(model).where(*conditions).scalar_subquery()

    made, cancelled, meetings, hosts = (
        session()
        .execute(
            select(
                count(Booking, Booking.created_at >= today),
                count(Booking, Booking.cancelled_at >= today),
                count(Slot, Slot.seats_taken > 0, Slot.starts_at >= today, Slot.starts_at < tomorrow),
                count(Host, Host.active),
            )
        )
        .one()
    )
    return Figures(made, cancelled, meetings, hosts, mail_figures(session()), mail_trouble(session()))


KEYS_KEPT = timedelta(hours=24)
WEBHOOK_DELIVERIES_KEPT = timedelta(days=30)
MOST_AT_ONCE = 5000  # deliveries per transaction, so that none takes long


def forget_idempotency_keys(session: Session) -> None:
    """A retry later than `KEYS_KEPT` after the first try is a new request."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < func.now() - KEYS_KEPT))


def forget_webhook_deliveries(session: Session) -> int:
    """Delete sent, dead and skipped messages with their attempts; returns how many. Waiting ones stay."""
    done = (
        select(Delivery.id)
        .where(Delivery.webhook_endpoint_id.is_not(None), Delivery.status != DeliveryStatus.WAITING)
        .where(func.greatest(Delivery.created_at, Delivery.sent_at) < func.now() - WEBHOOK_DELIVERIES_KEPT)
        .limit(MOST_AT_ONCE)
    )
    forgotten = delete(Delivery).where(Delivery.id.in_(done)).returning(Delivery.id)
    return len(session.scalars(forgotten).all())


def skip_stranded_webhook_deliveries(session: Session) -> None:
    """Skip messages that a relay wrote just as their webhook was switched off: nothing would send them until it is on
    again, and then they would be late."""
    is_off = select(1).where(WebhookEndpoint.id == Delivery.webhook_endpoint_id, ~WebhookEndpoint.is_active).exists()
    stranded = update(Delivery).where(
        Delivery.webhook_endpoint_id.is_not(None), Delivery.status == DeliveryStatus.WAITING, is_off
    )
    skipped = {"status": DeliveryStatus.SKIPPED, "last_error": SWITCHED_OFF}
    session.execute(stranded.values(skipped))
