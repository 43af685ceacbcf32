"""What this browser has booked last, so that going back and sending the form again ends at the same confirmation.

The idempotency key does that where the browser kept the page; one that asks for it anew gets a new key, and would be
told that somebody was faster: itself.
"""

import uuid

from flask import current_app, request, session, url_for

from webapp.domain.availability.instants import instant
from webapp.domain.errors import NotFound
from webapp.services.availability.offering import Offering
from webapp.services.bookings.guest_access import managed_booking
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token

NAME = "booked"


def remember(booking: BookingView) -> str:
    """Returns the address of the confirmation."""
    session[NAME] = booking.uid.hex
    return confirmation_url(booking)


def knows_browser() -> bool:
    """Whether this browser sent a cookie: one that takes none is told of its own booking as of somebody else's."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def remembered_url(offering: Offering, start: int | None, email: str) -> str | None:
    """The confirmation, if the booking that this browser made stands and is of this event type at this start.

    `email`: as typed, or "" before anything is; somebody else's is another booking.
    """
    if not knows_browser() or NAME not in session:
        return None
    try:
        booking = managed_booking(manage_token(uuid.UUID(session[NAME])))
    except NotFound:
        return None
    is_it = booking.event_type_id == offering.event_type_id and instant(booking.start) == start
    is_it = is_it and email.lower() in ("", booking.guest_email.lower())
    return confirmation_url(booking) if booking.is_active and is_it else None


def confirmation_url(booking: BookingView) -> str:
    return url_for("manage.booking", token=manage_token(booking.uid), booked=1)
