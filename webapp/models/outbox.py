"""The outbox: events, written in the transaction that made them true, and the deliveries that follow from them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import OF_GUEST, OF_SYSTEM, Base, Keyed
from webapp.models.host import Host


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    SKIPPED = "skipped"


class OutboxEvent(Keyed, Base):
    """One event. `dispatched_at` is set once its deliveries have been written."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        ForeignKeyConstraint(["booking_id", "host_id"], ["booking.id", "booking.host_id"]),
        CheckConstraint("(booking_id IS NULL) = (booking_version IS NULL)", name="booking_version"),
        Index("ix_outbox_event_undispatched", "id", postgresql_where=text("dispatched_at IS NULL")),
        Index("ix_outbox_event_booking_id", "booking_id"),
    )

    kind: Mapped[str] = mapped_column(info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    booking_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    booking_version: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), info=OF_SYSTEM)
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    dispatched_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True, foreign_keys=[host_id])


class Delivery(Keyed, Base):
    """One tracked effect of an event on one recipient (`guest`, `host` or `webhook:<id>`), delivered at least once
    with a stable Message-ID or `webhook-id`.

    `kind` is that of the event or of a reminder (`domain.reminders`), which is due later.
    `due_at` is the earliest time of the next attempt; an attempt moves it ahead by a lease, so that a delivery whose
    worker died becomes due again. `refused_at` is when the mail server last refused a mail that is waiting or dead
    (`services.mail.server_refusals`).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(["booking_id", "host_id"], ["booking.id", "booking.host_id"]),
        UniqueConstraint("event_id", "channel", "kind", "recipient"),
        UniqueConstraint("booking_id", "booking_version", "kind", "channel", "recipient"),
        CheckConstraint("status IN ('waiting', 'sent', 'dead', 'skipped')", name="status"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("attempts >= 0", name="attempts"),
        # Without a version, duplicate deliveries of one booking would not be detected.
        CheckConstraint("(booking_id IS NULL) = (booking_version IS NULL)", name="booking_version"),
        CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
        ForeignKeyConstraint(
            ["webhook_endpoint_id", "host_id"], ["webhook_endpoint.id", "webhook_endpoint.host_id"], ondelete="CASCADE"
        ),
        CheckConstraint("(channel = 'webhook') = (webhook_endpoint_id IS NOT NULL)", name="webhook_endpoint_id"),
        Index("ix_delivery_due_at", "channel", "due_at", postgresql_where=text("status = 'waiting'")),
        Index("ix_delivery_refused_at", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
        Index("ix_delivery_sent_at", "sent_at", postgresql_where=text("channel = 'mail' AND sent_at IS NOT NULL")),
        Index(
            "ix_delivery_waiting_move",
            "booking_id",
            postgresql_where=text("status = 'waiting' AND kind = 'booking.rescheduled'"),
        ),
        Index(
            "ix_delivery_webhook_endpoint_id",
            "webhook_endpoint_id",
            "id",
            postgresql_where=text("webhook_endpoint_id IS NOT NULL"),
        ),
        Index(
            "ix_delivery_webhook_waiting",
            "webhook_endpoint_id",
            "id",
            postgresql_where=text("webhook_endpoint_id IS NOT NULL AND status = 'waiting'"),
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("outbox_event.id"), info=OF_SYSTEM)
    kind: Mapped[str] = mapped_column(info=OF_SYSTEM)
    channel: Mapped[str] = mapped_column(server_default="mail", info=OF_SYSTEM)
    recipient: Mapped[str] = mapped_column(info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    booking_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    booking_version: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    status: Mapped[str] = mapped_column(server_default="waiting", info=OF_SYSTEM)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), info=OF_SYSTEM)
    due_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    last_error: Mapped[str | None] = mapped_column(info=OF_GUEST)
    refused_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    message_id: Mapped[str] = mapped_column(unique=True, info=OF_SYSTEM)
    webhook_endpoint_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    sent_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True, foreign_keys=[host_id])


class CountedMail(Base):
    """A mail that counts towards the limits of its recipient (`services.mail.limits`): let through at `counted_at`, or
    held back and told of by the digest `digest_id`. Deleted after two days, or once the digest was sent.

    `mailbox_hash` is that of the address without a tag, `new_host_id` the new host to whose guest it went.
    """

    __tablename__ = "counted_mail"
    __table_args__ = (
        Index("ix_counted_mail_mailbox_hash_counted_at", "mailbox_hash", "counted_at"),
        Index(
            "ix_counted_mail_new_host_id_counted_at",
            "new_host_id",
            "counted_at",
            postgresql_where=text("new_host_id IS NOT NULL"),
        ),
        Index("ix_counted_mail_digest_id", "digest_id", postgresql_where=text("digest_id IS NOT NULL")),
    )

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, info=OF_SYSTEM
    )
    mailbox_hash: Mapped[bytes] = mapped_column(LargeBinary, info=OF_SYSTEM)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, info=OF_SYSTEM)
    counted_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    new_host_id: Mapped[int | None] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), info=OF_SYSTEM)
