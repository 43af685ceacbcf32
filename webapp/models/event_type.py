from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Keyed
from webapp.models.host import Host


class EventType(Keyed, Base):
    """What a guest can book with a host. Minutes everywhere; buffers pad a meeting on both sides."""

    __tablename__ = "event_type"
    __table_args__ = (
        ForeignKeyConstraint(["schedule_id", "host_id"], ["schedule.id", "schedule.host_id"]),
        Index(
            "uq_event_type_host_id_slug",
            "host_id",
            "slug",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
        UniqueConstraint("id", "host_id"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'", name="slug_format"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 480 AND duration_minutes % 5 = 0", name="duration"),
        CheckConstraint("buffer_before_minutes BETWEEN 0 AND 1440", name="buffer_before"),
        CheckConstraint("buffer_after_minutes BETWEEN 0 AND 1440", name="buffer_after"),
        CheckConstraint("notice_minutes >= 0", name="notice"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("increment_minutes BETWEEN 5 AND 1440", name="increment"),
        CheckConstraint("window_days >= 0 AND window_from IS NULL OR window_days IS NULL", name="window"),
        CheckConstraint(
            "(window_from IS NULL) = (window_to IS NULL) AND (window_from IS NULL OR window_from <= window_to)",
            name="window_dates",
        ),
        CheckConstraint("max_per_day >= 1", name="max_per_day"),
        CheckConstraint("max_per_week >= 1", name="max_per_week"),
        CheckConstraint("change_notice_minutes >= 0", name="change_notice"),
        CheckConstraint("location_kind IN ('phone', 'place', 'link', 'ask')", name="location_kind"),
        CheckConstraint("archived_at IS NULL OR NOT is_active", name="archived_is_inactive"),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    duration_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    buffer_after_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    notice_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    capacity: Mapped[int] = mapped_column(server_default=text("1"))
    position: Mapped[int] = mapped_column(server_default=text("0"), doc="order on the public page")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    schedule_id: Mapped[int | None] = mapped_column(doc="None: the host's default schedule")
    increment_minutes: Mapped[int | None] = mapped_column(doc="None: the duration")
    window_days: Mapped[int | None] = mapped_column(doc="rolling booking window")
    window_from: Mapped[date | None]
    window_to: Mapped[date | None]
    max_per_day: Mapped[int | None]
    max_per_week: Mapped[int | None]
    requires_confirmation: Mapped[bool] = mapped_column(server_default=text("false"))
    location_kind: Mapped[str | None]
    location_detail: Mapped[str] = mapped_column(server_default="")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_public: Mapped[bool] = mapped_column(server_default=text("true"), doc="listed on the host's page")
    color: Mapped[str] = mapped_column(server_default="spruce")
    change_notice_minutes: Mapped[int] = mapped_column(
        server_default=text("0"), doc="until so long before the start a guest may cancel or reschedule"
    )
    reminder_minutes: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{1440,60}'::bigint[]"), doc="before the start"
    )
    has_follow_up: Mapped[bool] = mapped_column(server_default=text("false"))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    host: Mapped[Host] = relationship(viewonly=True)


class SingleUseLink(Keyed, Base):
    """A link to an event type that dies after one booking. Only the hash of its token is kept."""

    __tablename__ = "single_use_link"
    __table_args__ = (
        ForeignKeyConstraint(["event_type_id", "host_id"], ["event_type.id", "event_type.host_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["booking_id", "host_id"], ["booking.id", "booking.host_id"]),
        CheckConstraint("(booking_id IS NULL) = (used_at IS NULL)", name="used"),
    )

    host_id: Mapped[int]
    event_type_id: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, doc="SHA-256")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]
    booking_id: Mapped[int | None]
