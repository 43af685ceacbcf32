"""The guest confirms a booking by mail (docs/adr/0031). Until then it only holds the time, and nobody else is told.

The link in the mail proves the address. It is another link than the one to manage the booking, which whoever typed the
address has from the start.
"""

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional
from webapp.core.db import session as current_session
from webapp.domain.actor import manage_link_actor
from webapp.domain.availability.instants import instant
from webapp.domain.errors import NotActive, NotFound
from webapp.models import Booking
from webapp.services.addresses.confirmed import confirm_address
from webapp.services.availability.offering import offering_of_slot
from webapp.services.bookings.insert import state_of_new
from webapp.services.bookings.steps import existing, locked_booking, record, refusal
from webapp.services.bookings.view import BookingView, booking_by_uid
from webapp.services.shared.links import uid_to_confirm


def booking_to_confirm(token: str) -> BookingView:
    """The booking of a link in a mail, whatever has become of it. Raises NotFound."""
    uid = uid_to_confirm(token)
    booking = booking_by_uid(current_session(), uid) if uid else None
    if booking is None or booking.is_guest_erased:
        raise NotFound
    return booking


@transactional
def confirm_booking(session: Session, uid: uuid.UUID) -> BookingView:
    """The booking becomes confirmed, or waits for the host's answer. A second time, nothing changes. Raises NotFound,
    NotActive, AlreadyCancelled."""
    actor = manage_link_actor(str(uid))
    before = locked_booking(session, uid, actor)
    if not before.awaits_guest:
        return before
    if not before.is_active:
        raise refusal(before)
    if before.expires_at is not None and before.expires_at <= database_now(session):
        raise NotActive("expired")
    state = state_of_new(offering_of_slot(before.slot_public_id), instant(before.start), awaits_guest=False)
    values = {"status": state.status, "expires_at": state.expires_at, "awaits_guest": False}
    session.execute(update(Booking).where(Booking.id == before.id).values(values))
    confirm_address(session, before.guest_email)
    after = existing(session, before.id)
    record(session, actor, state.event, after)
    return after
