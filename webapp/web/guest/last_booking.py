"""The last booking made by this browser, so that going back and sending the form again leads to the same confirmation.

The idempotency key is enough if the browser kept the page. If it reloads the page, it gets a new key, and the guest
would be told that the time is taken, by their own booking.
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
    """Remember the booking in the session and return the URL of its confirmation."""
    session[NAME] = booking.uid.hex
    return confirmation_url(booking)


def knows_browser() -> bool:
    """Whether this browser sent a cookie. Without one, the guest's own booking is reported as another guest's."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def remembered_url(offering: Offering, start: int | None, email: str) -> str | None:
    """The URL of the confirmation, if this browser's booking is still active and is for this event type and start.

    `email`: as typed, or "" if nothing has been typed yet; with a different address it is a different booking.
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
