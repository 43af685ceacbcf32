"""Slots, and the claims of booked slots on a host's time. The schema defined here enforces the guarantees of US5."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.domain.slots import LONGEST_BUFFER, LONGEST_SLOT
from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed
from webapp.models.event_type import EventType
from webapp.models.host import Host


class SlotOrigin(StrEnum):
    PUBLISHED = "published"
    SCHEDULE = "schedule"


class SlotStatus(StrEnum):
    AVAILABLE = "available"
    BOOKED = "booked"


class Slot(Keyed, Base):
    """One interval of a host for one event type. `busy` is the interval including its buffers.

    A slot never changes its time once a booking refers to it, so that the booking's record stays true. A slot that the
    host withdraws, or that remains after a cancelled booking, gets `withdrawn_at` and is no longer offered.
    """

    __tablename__ = "slot"
    __table_args__ = (
        ForeignKeyConstraint(["event_type_id", "host_id"], ["event_type.id", "event_type.host_id"]),
        # A slot with booked seats cannot be committed without a claim on its host's time.
        ForeignKeyConstraint(
            ["id", "claimed_host_id"],
            ["claim.slot_id", "claim.host_id"],
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        UniqueConstraint("id", "busy"),
        UniqueConstraint("id", "host_id", "capacity"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("isfinite(starts_at) AND isfinite(ends_at)", name="finite"),
        CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name="busy_contains_slot"),
        CheckConstraint(
            # isfinite(NULL) is NULL, which satisfies a check constraint, so a missing end needs a condition of its own.
            "lower_inc(busy) AND NOT upper_inc(busy) AND NOT upper_inf(busy) AND "
            "isfinite(lower(busy)) AND isfinite(upper(busy))",
            name="busy_half_open",
        ),
        # domain.slots: LONGEST_SLOT, LONGEST_BUFFER.
        CheckConstraint(
            "ends_at - starts_at <= interval '8 hours' AND starts_at - lower(busy) <= interval '1 day' AND "
            "upper(busy) - ends_at <= interval '1 day'",
            name="reach",
        ),
        CheckConstraint("origin IN ('published', 'schedule')", name="origin"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats"),
        CheckConstraint("withdrawn_at IS NULL OR seats_taken = 0", name="withdrawn_is_free"),
        Index(
            "uq_slot_event_type_starts_at",
            "event_type_id",
            "starts_at",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_slot_host_id_starts_at", "host_id", "starts_at", postgresql_where=text("withdrawn_at IS NULL")),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    event_type_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    starts_at: Mapped[datetime] = mapped_column(info=OF_HOST)
    ends_at: Mapped[datetime] = mapped_column(info=OF_HOST)
    busy: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, info=OF_HOST)
    capacity: Mapped[int] = mapped_column(info=OF_HOST)
    seats_taken: Mapped[int] = mapped_column(
        server_default=text("0"), info=OF_SYSTEM, doc="kept by a trigger on booking; nobody else may"
    )
    origin: Mapped[str] = mapped_column(info=OF_HOST)
    status: Mapped[str] = mapped_column(
        Computed("CASE WHEN seats_taken < capacity THEN 'available' ELSE 'booked' END", persisted=True), info=OF_SYSTEM
    )
    claimed_host_id: Mapped[int | None] = mapped_column(
        BigInteger, Computed("CASE WHEN seats_taken > 0 THEN host_id END", persisted=True), info=OF_SYSTEM
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=OF_HOST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)

    event_type: Mapped[EventType] = relationship(viewonly=True)
    host: Mapped[Host] = relationship(viewonly=True, primaryjoin="foreign(Slot.host_id) == Host.id")


class Claim(Base):
    """The time that a booked slot takes of a host: its own host, and each other host of the meeting. Two claims of one
    host never overlap, including buffers, no matter which program writes them."""

    __tablename__ = "claim"
    __table_args__ = (
        # Cascades from the slot, so that the two ranges can never differ.
        ForeignKeyConstraint(["slot_id", "busy"], ["slot.id", "slot.busy"], onupdate="CASCADE"),
        ForeignKeyConstraint(["host_id"], ["host.id"]),
        # int8range replaces btree_gist, which is not available in every Postgres.
        ExcludeConstraint(
            (func.int8range(text("host_id"), text("host_id"), text("'[]'")), "&&"),
            ("busy", "&&"),
            name="ex_claim_overlap",
            using="gist",
        ),
        # For `takes`: Postgres would plan a range condition anew each time, which takes longer than running the query.
        Index("ix_claim_host_id_busy_end", "host_id", func.upper(text("busy"))),
    )

    slot_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=OF_SYSTEM)
    busy: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, info=OF_SYSTEM)

    @classmethod
    def takes(cls, host_id: Any, first: Any, last: Any) -> ColumnElement[bool]:
        """Whether the claim overlaps [first, last) of the host's time. Arguments may be columns."""
        start, end = func.lower(cls.busy), func.upper(cls.busy)
        latest_end = last + LONGEST_SLOT + 2 * LONGEST_BUFFER  # bounds the index scan
        return and_(cls.host_id == host_id, end > first, end < latest_end, start < last)
