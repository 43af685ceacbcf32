"""Guests and their bookings."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import OF_GUEST, OF_HOST, OF_SYSTEM, Base, Keyed
from webapp.models.host import Host
from webapp.models.slot import Slot

# Of an e-mail address: in lower case and without a tag such as `+news` after the name. For counting, never for mail.
MAILBOX = r"regexp_replace(lower(email), '(.)\+[^@]*@', '\1@')"


class Guest(Keyed, Base):
    """A person who books, without an account (ATTENDEE); one row per host and e-mail address, ignoring case."""

    __tablename__ = "guest"
    __table_args__ = (
        Index("uq_guest_host_id_email_lower", "host_id", func.lower(text("email")), unique=True),
        Index("ix_guest_host_id_mailbox", "host_id", text(MAILBOX)),
        UniqueConstraint("id", "host_id"),
        CheckConstraint("email <> ''", name="email_present"),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"), info=OF_SYSTEM)
    email: Mapped[str] = mapped_column(info=OF_GUEST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True)


class Booking(Keyed, Base):
    """A guest's seat in a slot (VEVENT). `uid` is the UID of all its invitations, `version` their SEQUENCE.

    The guest's name is stored per booking, so that a later booking by the same address does not change this one.
    """

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(["guest_id", "host_id"], ["guest.id", "guest.host_id"]),
        ForeignKeyConstraint(
            ["slot_id", "host_id", "slot_capacity"],
            ["slot.id", "slot.host_id", "slot.capacity"],
            onupdate="CASCADE",
        ),
        UniqueConstraint("id", "host_id"),
        CheckConstraint(
            "status IN ('pending', 'confirmed', 'declined', 'cancelled', 'completed', 'no_show')",
            name="status",
        ),
        CheckConstraint("seat >= 1 AND (seat <= slot_capacity OR NOT is_live)", name="seat"),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint("(status = 'pending') = (expires_at IS NOT NULL)", name="expires_at"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL) AND "
            "(cancelled_by IS NULL OR cancelled_by IN ('guest', 'host', 'admin', 'system'))",
            name="cancelled_by",
        ),
        CheckConstraint("NOT awaits_guest OR status IN ('pending', 'declined', 'cancelled')", name="awaits_guest"),
        Index("uq_booking_slot_id_seat", "slot_id", "seat", unique=True, postgresql_where=text("is_live")),
        Index(
            "uq_booking_slot_id_guest_id",
            "slot_id",
            "guest_id",
            unique=True,
            postgresql_where=text("is_live"),
        ),
        Index("ix_booking_host_id_created_at", "host_id", "created_at"),
        Index("ix_booking_guest_id", "guest_id"),
        Index("ix_booking_slot_id", "slot_id"),
        Index("ix_booking_expires_at", "expires_at", postgresql_where=text("status = 'pending'")),
    )

    uid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_HOST)
    host_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    guest_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    slot_id: Mapped[int] = mapped_column(info=OF_SYSTEM)
    slot_capacity: Mapped[int] = mapped_column(info=OF_SYSTEM)
    seat: Mapped[int] = mapped_column(info=OF_HOST)
    status: Mapped[str] = mapped_column(info=OF_HOST)
    is_live: Mapped[bool] = mapped_column(
        Computed("status NOT IN ('cancelled', 'declined')", persisted=True), info=OF_SYSTEM
    )
    version: Mapped[int] = mapped_column(server_default=text("0"), info=OF_HOST)
    guest_name: Mapped[str] = mapped_column(info=OF_GUEST)
    subject: Mapped[str] = mapped_column(info=OF_GUEST)
    notes: Mapped[str] = mapped_column(server_default="", info=OF_GUEST)
    location: Mapped[str] = mapped_column(server_default="", info=OF_GUEST, doc="as agreed when it was made")
    is_guest_location: Mapped[bool] = mapped_column(
        server_default=text("false"), info=OF_HOST, doc="the guest typed it"
    )
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), info=OF_GUEST)
    time_zone: Mapped[str] = mapped_column(info=OF_GUEST, doc="the guest's, IANA name")
    locale: Mapped[str] = mapped_column(server_default="en", info=OF_GUEST)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_HOST)
    expires_at: Mapped[datetime | None] = mapped_column(info=OF_HOST, doc="when a pending booking is given up")
    cancelled_at: Mapped[datetime | None] = mapped_column(info=OF_HOST)
    cancelled_by: Mapped[str | None] = mapped_column(info=OF_HOST)
    cancel_reason: Mapped[str | None] = mapped_column(info=OF_GUEST)

    awaits_guest: Mapped[bool] = mapped_column(
        server_default=text("false"),
        info=OF_SYSTEM,
        doc="has not been confirmed by mail; nobody else is told",
    )

    guest: Mapped[Guest] = relationship(viewonly=True)
    slot: Mapped[Slot] = relationship(viewonly=True)
    host: Mapped[Host] = relationship(viewonly=True, primaryjoin="foreign(Booking.host_id) == Host.id")
