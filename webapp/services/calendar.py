"""Read models of the host's calendar and of the list of bookings."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.domain.booking import ACTIVE, NOT_LIVE, BookingStatus
from webapp.models import Booking, Guest, Slot
from webapp.services.booking_views import BookingView, booking_select, booking_view
from webapp.services.slot_views import SlotView, slot_select, slot_view

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class CalendarBooking:
    """A guest in a slot, as much as a calendar shows of them."""

    uid: uuid.UUID
    guest_name: str
    subject: str
    status: BookingStatus


@dataclass(frozen=True, slots=True)
class CalendarSlot:
    """A slot in the host's calendar: free (no bookings), or with its bookings."""

    slot: SlotView
    bookings: tuple[CalendarBooking, ...]


class BookingFilter(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BookingPage:
    bookings: tuple[BookingView, ...]
    page: int
    has_next: bool


def calendar_slots(session: Session, host_id: int, first: datetime, last: datetime) -> list[CalendarSlot]:
    """Slots that overlap [first, last), sorted by start: free published ones and all that have live bookings."""
    rows = session.execute(
        slot_select()
        .where(
            Slot.host_id == host_id,
            Slot.starts_at < last,
            # No slot is longer than 8 hours; the bound on starts_at lets the index find the week.
            Slot.starts_at > first - func.make_interval(0, 0, 0, 0, 8),
            Slot.ends_at > first,
        )
        .order_by(Slot.starts_at, Slot.ends_at, Slot.id)
    )
    slots = [slot_view(row) for row in rows]
    guests = _bookings_of(session, [slot.id for slot in slots if slot.seats_taken])
    return [CalendarSlot(slot, tuple(guests.get(slot.id, ()))) for slot in slots]


def bookings_page(
    session: Session, host_id: int, *, which: BookingFilter, search: str = "", page: int = 1
) -> BookingPage:
    """One page of the host's bookings: upcoming in order of time, past and cancelled ones latest first.

    `search` matches guest name, e-mail address and subject, whatever the case.
    """
    query = booking_select().where(Booking.host_id == host_id, *_of_kind(which))
    if search:
        query = query.where(_matches(search))
    order = Slot.starts_at.asc() if which is BookingFilter.UPCOMING else Slot.starts_at.desc()
    rows = session.execute(
        query.order_by(order, Booking.id).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    ).all()
    return BookingPage(tuple(booking_view(row) for row in rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def _bookings_of(session: Session, slot_ids: Sequence[int]) -> dict[int, list[CalendarBooking]]:
    query = (
        select(Booking.slot_id, Booking.uid, Booking.guest_name, Booking.subject, Booking.status)
        .where(Booking.slot_id.in_(slot_ids), Booking.is_live)
        .order_by(Booking.seat)
    )
    found: dict[int, list[CalendarBooking]] = {}
    for row in session.execute(query) if slot_ids else ():
        one = CalendarBooking(row.uid, row.guest_name, row.subject, BookingStatus(row.status))
        found.setdefault(row.slot_id, []).append(one)
    return found


def _of_kind(which: BookingFilter) -> tuple[Any, ...]:
    if which is BookingFilter.CANCELLED:
        return (Booking.status.in_(NOT_LIVE),)
    if which is BookingFilter.UPCOMING:
        return Booking.status.in_(ACTIVE), Slot.ends_at > func.now()
    return Booking.is_live, Slot.ends_at <= func.now()


def _matches(search: str) -> Any:
    columns = (Booking.guest_name, Guest.email, Booking.subject)
    return or_(*(column.icontains(search, autoescape=True) for column in columns))
