import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed
from webapp.models.host import Host
from webapp.models.outbox import Delivery


class WebhookEndpoint(Keyed, Base):
    """A URL of the host's own program that receives events. Its signing secret is not stored but derived from the
    instance's key and `secret_salt` (`services.webhooks.secrets`).

    `lent_until`: the end of a job's lease; the job that knows this exact instant owns the lease. `paused_until`:
    no messages are sent until then, because it did not answer. `failing_since`: the first failure since the last
    success. `is_slow`: the last answer took long or did not come.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        UniqueConstraint("id", "host_id"),  # for the foreign key of the deliveries
        CheckConstraint("length(url) BETWEEN 1 AND 2000", name="url_length"),
        CheckConstraint("cardinality(events) > 0", name="events"),
        CheckConstraint("octet_length(secret_salt) = 16", name="secret_salt"),
        CheckConstraint("octet_length(old_secret_salt) = 16", name="old_secret_salt"),
        CheckConstraint("(old_secret_salt IS NULL) = (old_secret_until IS NULL)", name="old_secret"),
        CheckConstraint("NOT (is_active AND disabled_at IS NOT NULL)", name="disabled"),
        Index("ix_webhook_endpoint_host_id", "host_id"),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), info=OF_SYSTEM)
    url: Mapped[str] = mapped_column(info=OF_HOST)
    description: Mapped[str] = mapped_column(server_default="", info=OF_HOST)
    events: Mapped[list[str]] = mapped_column(ARRAY(Text), info=OF_HOST, doc="of domain.webhook_events.WebhookEvent")
    secret_salt: Mapped[bytes] = mapped_column(LargeBinary, info=OF_SYSTEM)
    old_secret_salt: Mapped[bytes | None] = mapped_column(LargeBinary, info=OF_SYSTEM, doc="of the secret before it")
    old_secret_until: Mapped[datetime | None] = mapped_column(
        info=OF_SYSTEM, doc="so long messages are signed with both"
    )
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), info=OF_HOST)
    disabled_at: Mapped[datetime | None] = mapped_column(
        info=OF_SYSTEM, doc="by the system; None while active or when the host did it"
    )
    failing_since: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    lent_until: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    paused_until: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    is_slow: Mapped[bool] = mapped_column(server_default=text("false"), info=OF_SYSTEM)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True)


class WebhookAttempt(Keyed, Base):
    """One request, recorded before it is sent, so that it is known even if the worker dies. Bodies are not stored."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (
        CheckConstraint("status BETWEEN 100 AND 999", name="status"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
        Index("ix_webhook_attempt_delivery_id", "delivery_id"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), info=OF_SYSTEM)
    attempted_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    duration_ms: Mapped[int] = mapped_column(server_default=text("0"), info=OF_SYSTEM)
    status: Mapped[int | None] = mapped_column(info=OF_SYSTEM, doc="of HTTP; None: no answer")

    delivery: Mapped[Delivery] = relationship(viewonly=True)
