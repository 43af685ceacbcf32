"""Guests by their address: one row at each host whom they have booked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, lateral, select, true
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.models import Booking, Delivery, Guest, Host, Slot
from webapp.services.bookings.view import BookingView, booking_select, booking_view


def guests_at(session: Session, email: str) -> Sequence[Any]:
    """(id, host_id) of each guest with this address, whatever its case: one look into the index for each host."""
    mine = Guest.host_id == Host.id, func.lower(Guest.email) == func.lower(email)
    found = lateral(select(Guest.id, Guest.host_id).where(*mine).correlate(Host).limit(1))
    return session.execute(select(found.c.id, found.c.host_id).join_from(Host, found, true())).all()


def bookings_of_address(email: str, *, limit: int | None = None) -> list[BookingView]:
    """At all hosts, the latest first."""
    session = current_session()
    ids = [row.id for row in guests_at(session, email)]
    query = booking_select().where(Booking.guest_id.in_(ids)).order_by(Slot.starts_at.desc(), Booking.id.desc())
    return [booking_view(row) for row in session.execute(query.limit(limit))]


def mails_to_guest(booking_ids: Sequence[int]) -> dict[int, list[Any]]:
    """By booking: (kind, status, sent_at) of each mail, oldest first."""
    query = select(Delivery.booking_id, Delivery.kind, Delivery.status, Delivery.sent_at).where(
        Delivery.booking_id.in_(booking_ids), Delivery.recipient == "guest"
    )
    found: dict[int, list[Any]] = {}
    for row in current_session().execute(query.order_by(Delivery.id)):
        found.setdefault(row.booking_id or 0, []).append(row)
    return found
