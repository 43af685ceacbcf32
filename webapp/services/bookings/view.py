"""Bookings as shown on pages, in mails, feeds and the API: one query, one frozen dataclass."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.bookings import ACTIVE, BookingStatus
from webapp.domain.erasure import is_erased
from webapp.models import Booking, EventType, Guest, Host, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """A booking with its slot, guest, host and event type. Datetimes are aware, UTC."""

    id: int
    uid: uuid.UUID
    status: BookingStatus
    version: int
    start: datetime
    end: datetime
    subject: str
    notes: str
    answers: Mapping[str, Any]
    location: str
    is_guest_location: bool  # the guest typed it
    expires_at: datetime | None
    awaits_guest: bool  # who has not confirmed it by mail (yet, if it is pending)
    created_at: datetime
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str | None
    guest_name: str
    guest_email: str
    guest_time_zone: str
    guest_locale: str
    host_id: int
    host_slug: str
    host_name: str
    host_email: str
    host_time_zone: str
    host_locale: str
    event_type_id: int
    event_type_slug: str
    event_type_title: str
    needs_link: bool  # its event type can be booked with a single-use link only
    change_notice_minutes: int
    reminder_minutes: Sequence[int]
    has_follow_up: bool
    questions: Sequence[Mapping[str, Any]]
    slot_id: int
    slot_public_id: uuid.UUID

    @property
    def is_active(self) -> bool:
        """Pending or confirmed, whether or not its time has passed."""
        return self.status in ACTIVE

    @property
    def is_guest_erased(self) -> bool:
        """Whether the guest's data has been erased, so that nothing can be sent to them."""
        return is_erased(self.guest_email)

    @property
    def changeable_until(self) -> datetime:
        """The latest time at which the guest may cancel or reschedule."""
        return self.start - timedelta(minutes=self.change_notice_minutes)

    @property
    def duration_minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


def booking_by_uid(session: Session, uid: uuid.UUID, *, host_id: int | None = None) -> BookingView | None:
    """The booking, or None. With `host_id`: None also if it is another host's."""
    query = booking_select().where(Booking.uid == uid)
    return _one(session, query if host_id is None else query.where(Booking.host_id == host_id))


def booking_by_id(session: Session, booking_id: int) -> BookingView | None:
    row = _by_id().one(session, booking=booking_id)
    return booking_from(row._asdict()) if row else None


@lru_cache(maxsize=1)
def _by_id() -> Statement:
    return Statement.of(booking_select().where(Booking.id == bindparam("booking")))


def booking_select() -> Select[Any]:
    """All columns of `BookingView`, labelled like its fields; narrow it with where()."""
    return (
        select(
            Booking.id,
            Booking.uid,
            Booking.status,
            Booking.version,
            Slot.starts_at.label("start"),
            Slot.ends_at.label("end"),
            Booking.subject,
            Booking.notes,
            Booking.answers,
            Booking.location,
            Booking.is_guest_location,
            Booking.expires_at,
            Booking.awaits_guest,
            Booking.created_at,
            Booking.cancelled_at,
            Booking.cancelled_by,
            Booking.cancel_reason,
            Booking.guest_name,
            Guest.email.label("guest_email"),
            Booking.time_zone.label("guest_time_zone"),
            Booking.locale.label("guest_locale"),
            Booking.host_id,
            Host.slug.label("host_slug"),
            Host.name.label("host_name"),
            Host.email.label("host_email"),
            Host.time_zone.label("host_time_zone"),
            Host.locale.label("host_locale"),
            EventType.id.label("event_type_id"),
            EventType.slug.label("event_type_slug"),
            EventType.title.label("event_type_title"),
            EventType.needs_link,
            EventType.change_notice_minutes,
            EventType.reminder_minutes,
            EventType.has_follow_up,
            EventType.questions,
            Slot.id.label("slot_id"),
            Slot.public_id.label("slot_public_id"),
        )
        .join(Slot, Slot.id == Booking.slot_id)
        .join(EventType, EventType.id == Slot.event_type_id)
        .join(Guest, Guest.id == Booking.guest_id)
        .join(Host, Host.id == Booking.host_id)
    )


def booking_view(row: Row[Any]) -> BookingView:
    return booking_from(dict(row._mapping))


def booking_from(fields: Mapping[str, Any]) -> BookingView:
    """A booking from exactly the columns of `booking_select`, by name."""
    return BookingView(**{**fields, "status": BookingStatus(fields["status"])})


def _one(session: Session, query: Select[Any]) -> BookingView | None:
    row = session.execute(query).first()
    return booking_view(row) if row else None
