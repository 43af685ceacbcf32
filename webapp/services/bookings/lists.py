"""Filtered lists for API clients, paginated by cursor.

The cursor is the start and public id of the last item: no row is skipped or shown twice while others are added or
removed.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, tuple_

from webapp.core.db import session
from webapp.domain.bookings import BookingStatus
from webapp.models import Booking, Guest, Slot, SlotStatus
from webapp.services.bookings.view import BookingView, booking_select, booking_view
from webapp.services.shared.validation import known_address
from webapp.services.slots.views import SlotView, slot_select, slot_view

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """The cursor: the last item of a page."""

    start: datetime
    public_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """`next`: the cursor for the next page; None on the last one."""

    rows: Sequence[T]
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Starts in [first, last); None leaves that side open."""

    first: datetime | None = None
    last: datetime | None = None


def slots_page(
    host_id: int, *, status: SlotStatus | None, span: Span, limit: int, after: Place | None
) -> ListPage[SlotView]:
    """The host's published and booked slots, by start."""
    query = slot_select().where(Slot.host_id == host_id)
    if status:
        query = query.where(Slot.status == status)
    rows = _rows(query, span, limit, after, Slot.public_id)
    views = [slot_view(row) for row in rows[:limit]]
    end = Place(views[-1].start, views[-1].public_id) if len(rows) > limit else None
    return ListPage(views, end)


def bookings_list(
    host_id: int,
    *,
    status: BookingStatus | None,
    email: str | None,
    span: Span,
    limit: int,
    after: Place | None,
) -> ListPage[BookingView]:
    """The host's bookings, by start; `email` is matched case-insensitively."""
    query = booking_select().where(Booking.host_id == host_id)
    if status:
        query = query.where(Booking.status == status)
    if email:
        query = query.where(func.lower(Guest.email) == known_address(email).lower())
    rows = _rows(query, span, limit, after, Booking.uid)
    views = [booking_view(row) for row in rows[:limit]]
    end = Place(views[-1].start, views[-1].uid) if len(rows) > limit else None
    return ListPage(views, end)


def _rows(query: Select[Any], span: Span, limit: int, after: Place | None, public_id: Any) -> Sequence[Any]:
    """Up to `limit` + 1 rows: one more than `limit` shows that there is another page."""
    if span.first:
        query = query.where(Slot.starts_at >= span.first)
    if span.last:
        query = query.where(Slot.starts_at < span.last)
    if after:
        query = query.where(tuple_(Slot.starts_at, public_id) > tuple_(after.start, after.public_id))
    return session().execute(query.order_by(Slot.starts_at, public_id).limit(limit + 1)).all()
