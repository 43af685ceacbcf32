"""A booking as seen and moved by the guest who has its manage link."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from webapp.core.db import session as current_session
from webapp.domain.availability.facts import Facts, without_booking
from webapp.domain.availability.instants import instant
from webapp.domain.availability.offers import Offer, offers
from webapp.domain.availability.search import HORIZON_SECONDS, ListOffers
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
    return _other_offers(_facts_to_move(offering, booking, first, last), booking, first, last)


def list_ahead_to_move(offering: Offering, booking: BookingView) -> ListOffers:
    """As `list_offers_to_move`, for looking through all that can be booked from now on: one query, at the first
    call."""

    @cache
    def known() -> Facts:
        return _facts_to_move(offering, booking, offering.now, offering.now + HORIZON_SECONDS)

    return lambda first, last: _other_offers(known(), booking, first, last)


def _facts_to_move(offering: Offering, booking: BookingView, first: int, last: int) -> Facts:
    known = facts(current_session(), offering, first, last)
    return without_booking(known, slot_id=booking.slot_id, start=instant(booking.start))


def _other_offers(known: Facts, booking: BookingView, first: int, last: int) -> Sequence[Offer]:
    present = instant(booking.start)
    return [offer for offer in offers(known, first, last) if offer.start != present]


def has_begun(booking: BookingView) -> bool:
    return booking.start <= datetime.now(UTC)


def has_expired(booking: BookingView) -> bool:
    """Whether a request was not answered in time; the sweep declines it a moment later."""
    return booking.expires_at is not None and booking.expires_at <= datetime.now(UTC)


def may_change(booking: BookingView) -> bool:
    """Whether the guest may still cancel or move it: it is active, has not begun, and its change notice has not
    passed."""
    return booking.is_active and datetime.now(UTC) < min(booking.start, booking.changeable_until)
