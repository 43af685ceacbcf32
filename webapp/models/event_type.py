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

from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed
from webapp.models.host import Host


class EventType(Keyed, Base):
    """What a guest can book with a host. All lengths of time are in minutes; buffers pad a meeting on both sides."""

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

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    slug: Mapped[str] = mapped_column(info=OF_HOST)
    title: Mapped[str] = mapped_column(info=OF_HOST)
    description: Mapped[str] = mapped_column(server_default="", info=OF_HOST)
    duration_minutes: Mapped[int] = mapped_column(info=OF_HOST)
    buffer_before_minutes: Mapped[int] = mapped_column(server_default=text("0"), info=OF_HOST)
    buffer_after_minutes: Mapped[int] = mapped_column(server_default=text("0"), info=OF_HOST)
    notice_minutes: Mapped[int] = mapped_column(server_default=text("0"), info=OF_HOST)
    capacity: Mapped[int] = mapped_column(server_default=text("1"), info=OF_HOST)
    position: Mapped[int] = mapped_column(server_default=text("0"), info=OF_HOST, doc="order on the public page")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), info=OF_HOST)
    schedule_id: Mapped[int | None] = mapped_column(info=OF_HOST, doc="None: the host's default schedule")
    increment_minutes: Mapped[int | None] = mapped_column(info=OF_HOST, doc="None: the duration")
    window_days: Mapped[int | None] = mapped_column(info=OF_HOST, doc="rolling booking window")
    window_from: Mapped[date | None] = mapped_column(info=OF_HOST)
    window_to: Mapped[date | None] = mapped_column(info=OF_HOST)
    max_per_day: Mapped[int | None] = mapped_column(info=OF_HOST)
    max_per_week: Mapped[int | None] = mapped_column(info=OF_HOST)
    requires_confirmation: Mapped[bool] = mapped_column(server_default=text("false"), info=OF_HOST)
    requires_proof: Mapped[bool] = mapped_column(server_default=text("false"), info=OF_HOST, doc="of work, by guests")
    requires_mail_confirmation: Mapped[bool] = mapped_column(
        server_default=text("false"), info=OF_HOST, doc="a time is held until the guest confirms it by mail"
    )
    location_kind: Mapped[str | None] = mapped_column(info=OF_HOST)
    location_detail: Mapped[str] = mapped_column(server_default="", info=OF_HOST)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"), info=OF_HOST)
    is_public: Mapped[bool] = mapped_column(server_default=text("true"), info=OF_HOST, doc="listed on the host's page")
    needs_link: Mapped[bool] = mapped_column(
        server_default=text("false"), info=OF_HOST, doc="only who has a single-use link sees and books it"
    )
    color: Mapped[str] = mapped_column(server_default="spruce", info=OF_HOST)
    change_notice_minutes: Mapped[int] = mapped_column(
        server_default=text("0"), info=OF_HOST, doc="until so long before the start a guest may cancel or reschedule"
    )
    reminder_minutes: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{1440,60}'::bigint[]"), info=OF_HOST, doc="before the start"
    )
    has_follow_up: Mapped[bool] = mapped_column(server_default=text("false"), info=OF_HOST)
    archived_at: Mapped[datetime | None] = mapped_column(info=OF_HOST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_HOST)

    host: Mapped[Host] = relationship(viewonly=True)


class SingleUseLink(Keyed, Base):
    """A link to an event type that is valid for one booking. Only the hash of its token is stored."""

    __tablename__ = "single_use_link"
    __table_args__ = (
        ForeignKeyConstraint(["event_type_id", "host_id"], ["event_type.id", "event_type.host_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["booking_id", "host_id"], ["booking.id", "booking.host_id"]),
        CheckConstraint("(booking_id IS NULL) = (used_at IS NULL)", name="used"),
    )

    host_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    event_type_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=OF_SYSTEM, doc="SHA-256")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    used_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    booking_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)


class FormerEventTypeSlug(Base):
    """A slug that an event type has left. Its host can give it to another one, which then has it."""

    __tablename__ = "former_event_type_slug"
    __table_args__ = (
        ForeignKeyConstraint(["event_type_id", "host_id"], ["event_type.id", "event_type.host_id"], ondelete="CASCADE"),
    )

    host_id: Mapped[int] = mapped_column(primary_key=True, info=OF_SYSTEM)
    slug: Mapped[str] = mapped_column(primary_key=True, info=OF_SYSTEM)
    event_type_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    left_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
