"""The owner of an address says that somebody else booked with it: that booking is cancelled, and the host can no longer
be booked with this address, nor does it get mails about bookings with this host (docs/adr/0036)."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional, within_transaction
from webapp.domain.actor import GUEST, SYSTEM, manage_link_actor
from webapp.domain.errors import Conflict, NotFound
from webapp.services.addresses.blocked import block_address, is_blocked, unblock_address
from webapp.services.bookings.bookings import cancel
from webapp.services.bookings.view import BookingView, booking_by_uid
from webapp.services.shared.audit import write_audit
from webapp.services.shared.links import not_me_uid

REPORTED, TAKEN_BACK = "guest.not_me", "guest.not_me_taken_back"
ACTIONS = (REPORTED, TAKEN_BACK)


def reported_booking(token: str) -> BookingView:
    """The booking of the link, whatever has become of it. Raises NotFound, also if the guest has been erased."""
    uid = not_me_uid(token)
    booking = booking_by_uid(current_session(), uid) if uid else None
    if booking is None or booking.is_guest_erased:
        raise NotFound
    return booking


def is_reported(booking: BookingView) -> bool:
    return is_blocked(current_session(), booking.host_id, booking.guest_email)


@transactional
def report(session: Session, booking: BookingView) -> None:
    """Block the address for this host, and cancel the booking unless it is over. A second time, nothing changes."""
    if is_blocked(session, booking.host_id, booking.guest_email):
        return
    block_address(session, booking.host_id, booking.guest_email)
    write_audit(session, GUEST, REPORTED, "booking", booking.id)
    # The notice that guests must observe is for guests who booked.
    is_guests = datetime.now(UTC) < booking.changeable_until
    with within_transaction(session), suppress(Conflict):
        cancel(booking.uid, actor=manage_link_actor(str(booking.uid)) if is_guests else SYSTEM)


@transactional
def take_back(session: Session, booking: BookingView) -> None:
    """The address can be used with this host again; the booking stays cancelled."""
    unblock_address(session, booking.host_id, booking.guest_email)
    write_audit(session, GUEST, TAKEN_BACK, "booking", booking.id)
