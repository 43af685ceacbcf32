"""When a host is available: local wall time with a time zone, never instants (availability rules 1 to 3)."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed

MINUTES = "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440"


class Schedule(Keyed, Base):
    """A named set of weekly hours, overrides and holidays in one zone, used by event types (VAVAILABILITY).

    Holidays are computed from country and subdivision; `holidays_off` lists those on which the host works.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("host_id", "name"),
        UniqueConstraint("id", "host_id"),
        Index("uq_schedule_default", "host_id", unique=True, postgresql_where=text("is_default")),
        CheckConstraint("week_start BETWEEN 0 AND 6", name="week_start"),
        CheckConstraint("holiday_country IS NOT NULL OR holiday_subdivision IS NULL", name="holiday_subdivision"),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), info=OF_SYSTEM)
    name: Mapped[str] = mapped_column(info=OF_HOST)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"), info=OF_HOST)
    time_zone: Mapped[str] = mapped_column(info=OF_HOST, doc="IANA name")
    week_start: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), info=OF_HOST, doc="Monday = 0")
    holiday_country: Mapped[str | None] = mapped_column(info=OF_HOST, doc="ISO 3166-1 alpha-2")
    holiday_subdivision: Mapped[str | None] = mapped_column(info=OF_HOST)
    holidays_off: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"), info=OF_HOST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)


class WeeklyHours(Keyed, Base):
    """A weekly window. Minutes of the local day; an end of 1440 is 24:00, an end before the start is the next day."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        UniqueConstraint("schedule_id", "weekday", "start_minute"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(MINUTES, name="minutes"),
    )

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), info=OF_SYSTEM)
    weekday: Mapped[int] = mapped_column(SmallInteger, info=OF_HOST, doc="of the start, Monday = 0")
    start_minute: Mapped[int] = mapped_column(SmallInteger, info=OF_HOST)
    end_minute: Mapped[int] = mapped_column(SmallInteger, info=OF_HOST)


class DateOverride(Keyed, Base):
    """Replaces all windows that start on one local date; an override without windows is a day off."""

    __tablename__ = "date_override"
    __table_args__ = (UniqueConstraint("schedule_id", "on_date"),)

    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), info=OF_SYSTEM)
    on_date: Mapped[date] = mapped_column(info=OF_HOST)


class OverrideWindow(Keyed, Base):
    """One window of a date override; minutes as in WeeklyHours."""

    __tablename__ = "override_window"
    __table_args__ = (
        UniqueConstraint("date_override_id", "start_minute"),
        CheckConstraint(MINUTES, name="minutes"),
    )

    date_override_id: Mapped[int] = mapped_column(ForeignKey("date_override.id", ondelete="CASCADE"), info=OF_SYSTEM)
    start_minute: Mapped[int] = mapped_column(SmallInteger, info=OF_HOST)
    end_minute: Mapped[int] = mapped_column(SmallInteger, info=OF_HOST)


class BlockedTime(Keyed, Base):
    """Time without meetings, such as a vacation (BUSY-UNAVAILABLE). Existing bookings in it are not changed."""

    __tablename__ = "blocked_time"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("isfinite(starts_at) AND isfinite(ends_at)", name="finite"),
        Index("ix_blocked_time_host_id_ends_at", "host_id", "ends_at"),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    starts_at: Mapped[datetime] = mapped_column(info=OF_HOST)
    ends_at: Mapped[datetime] = mapped_column(info=OF_HOST)
    note: Mapped[str] = mapped_column(server_default="", info=OF_HOST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
