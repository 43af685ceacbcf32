"""A booking as seen and moved by the guest who has its manage link."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from webapp.core.db import session as current_session
from webapp.domain.availability.facts import without_booking
from webapp.domain.availability.instants import instant
from webapp.domain.availability.offers import Offer, offers
from webapp.domain.errors import NotFound
from webapp.services.availability.offering import Offering
from webapp.services.availability.offers import facts
from webapp.services.bookings.view import BookingView, booking_by_uid
from webapp.services.shared.links import booking_uid

LINK_DAYS = 30  # after the meeting


def managed_booking(token: str, *, now: datetime | None = None) -> BookingView:
    """The booking of a manage link. Raises NotFound if the token is not valid, the meeting is too long ago, or the
    guest has been erased."""
    uid = booking_uid(token)
    booking = booking_by_uid(current_session(), uid) if uid else None
    if booking is None or booking.is_guest_erased:
        raise NotFound
    if booking.end + timedelta(days=LINK_DAYS) < (now or datetime.now(UTC)):
        raise NotFound
    return booking


def list_offers_to_move(offering: Offering, booking: BookingView, first: int, last: int) -> Sequence[Offer]:
    """Starts in [first, last), Unix seconds, to which the booking can move: its own time does not block them (rule
    13)."""
    start = instant(booking.start)
    known = facts(current_session(), offering, first, last)
    others = without_booking(known, slot_id=booking.slot_id, start=start)
    return [offer for offer in offers(others, first, last) if offer.start != start]


def has_begun(booking: BookingView) -> bool:
    return booking.start <= datetime.now(UTC)


def has_expired(booking: BookingView) -> bool:
    """Whether a request was not answered in time; the sweep declines it a moment later."""
    return booking.expires_at is not None and booking.expires_at <= datetime.now(UTC)


def may_change(booking: BookingView) -> bool:
    """Whether the guest may still cancel or move it: it is active, has not begun, and its change notice has not
    passed."""
    return booking.is_active and datetime.now(UTC) < min(booking.start, booking.changeable_until)
