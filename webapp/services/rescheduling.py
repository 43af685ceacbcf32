"""What a booking can be moved to: listed by the computation that `bookings.reschedule` decides with."""

from webapp.db import session
from webapp.domain.availability import Offer, offers
from webapp.domain.errors import NotFound
from webapp.domain.facts import without_booking
from webapp.domain.instants import instant
from webapp.services.booking_views import BookingView
from webapp.services.offers import facts, offering


def offered_instead(booking: BookingView, first: int, last: int) -> list[Offer]:
    """Other starts in [first, last), Unix seconds, sorted; its own present time is not in the way (rule 13).

    Empty when the event type is no longer offered.
    """
    try:
        what = offering(booking.host_slug, booking.event_type_slug)
    except NotFound:
        return []
    present = instant(booking.start)
    known = without_booking(facts(session(), what, first, last), slot_id=booking.slot_id, start=present)
    return [offer for offer in offers(known, first, last) if offer.start != present]
