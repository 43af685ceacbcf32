"""Creating a booking, and the operations on one booking that both its guest and its host may use."""

import uuid
from typing import Any

from flask import Response, url_for

from webapp.api.http.answers import Made
from webapp.api.http.callers import Access, actor, admit_booking, guest_booking, host, presented_token
from webapp.api.http.operation import Blueprint
from webapp.api.schemas import bookings as schemas
from webapp.api.spec import examples
from webapp.domain.actor import GUEST
from webapp.domain.bookings import Audience, BookingStatus
from webapp.domain.errors import (
    AddressRefused,
    AlreadyBooked,
    AlreadyCancelled,
    NotActive,
    NotFound,
    ProofRequired,
    SlotTaken,
    SlotUnavailable,
    TooLate,
    TooManyMoves,
    TooManyOpenBookings,
)
from webapp.services.bookings import bookings
from webapp.services.bookings.guest_access import managed_booking
from webapp.services.bookings.request import Book
from webapp.services.bookings.view import BookingView
from webapp.services.calendar.calendar import host_booking
from webapp.services.proofs.challenges import new_challenge

CALENDAR = "text/calendar"
GONE = (BookingStatus.CANCELLED, BookingStatus.DECLINED)

blueprint = Blueprint("Bookings", __name__, description="One booking: by its manage token, or its host's token.")


@blueprint.operation(
    "POST",
    "/bookings",
    Access.PUBLIC,
    body=schemas.NewBooking,
    body_example=examples.NEW_BOOKING,
    answer=schemas.MadeBooking,
    status=201,
    example=examples.MADE_BOOKING,
    refuses=(404, 429),
    conflicts=(SlotTaken, SlotUnavailable, AlreadyBooked, AddressRefused, TooManyOpenBookings, ProofRequired),
)
def create_booking(body: dict[str, Any]) -> Made:
    """Book a slot"""
    admit_booking()
    booking = bookings.book(Book(**body), actor=GUEST)
    return Made(booking, url_for("api_bookings.get_booking", booking_id=booking.uid))


@blueprint.operation("POST", "/challenges", Access.PUBLIC, answer=schemas.Challenge, example=examples.CHALLENGE)
def create_challenge() -> dict[str, Any]:
    """A challenge, for a booking that needs a proof of work

    In the format of ALTCHA, whose libraries solve it. It is good for one booking within 20 minutes: send as `proof` the
    Base64 of the JSON object `{"challenge": {...}, "solution": {...}}`.
    """
    return new_challenge()


@blueprint.operation(
    "GET",
    "/bookings/<uuid:booking_id>",
    Access.BOOKING,
    answer=schemas.Booking,
    example=examples.BOOKING,
)
def get_booking(booking_id: uuid.UUID) -> BookingView:
    """A booking"""
    return callers_booking(booking_id)


@blueprint.operation(
    "DELETE",
    "/bookings/<uuid:booking_id>",
    Access.CHANGE_BOOKING,
    body=schemas.Reason,
    body_example=examples.REASON,
    status=204,
    conflicts=(AlreadyCancelled, NotActive, TooLate),
    matches=get_booking,
)
def cancel_booking(given: dict[str, Any], booking_id: uuid.UUID) -> None:
    """Cancel a booking"""
    booking = callers_booking(booking_id)
    bookings.cancel(booking.uid, actor=actor(), reason=given["reason"])


@blueprint.operation(
    "POST",
    "/bookings/<uuid:booking_id>/reschedule",
    Access.CHANGE_BOOKING,
    body=schemas.Reschedule,
    body_example=examples.RESCHEDULE,
    answer=schemas.Booking,
    example=examples.MOVED_BOOKING,
    conflicts=(SlotTaken, SlotUnavailable, AlreadyBooked, AlreadyCancelled, NotActive, TooLate, TooManyMoves),
    matches=get_booking,
)
def reschedule_booking(body: dict[str, Any], booking_id: uuid.UUID) -> BookingView:
    """Move a booking to another start"""
    booking = callers_booking(booking_id)
    return bookings.reschedule(booking.uid, body["start"], actor=actor())


@blueprint.operation(
    "GET",
    "/bookings/<uuid:booking_id>/invite.ics",
    Access.BOOKING,
    media_type=CALENDAR,
    example=examples.INVITATION,
)
def get_invitation(booking_id: uuid.UUID) -> Response:
    """The invitation as a calendar file"""
    booking = callers_booking(booking_id)
    from webapp.services.ical.invitations import Method, invitation  # icalendar takes 3 MB; few requests need it

    method = Method.CANCEL if booking.status in GONE else Method.REQUEST
    audience = Audience.GUEST if guest_booking() else Audience.HOST
    body = invitation(booking, method=method, audience=audience, stamp=booking.cancelled_at or booking.created_at)
    response = Response(body, content_type=f"{CALENDAR}; charset=utf-8; method={method}")
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


def callers_booking(booking_id: uuid.UUID) -> BookingView:
    """The booking, if the caller may see it. Raises NotFound."""
    if guest_booking() is None:
        return host_booking(booking_id, host_id=host().host_id)
    if guest_booking() != booking_id:
        raise NotFound
    return managed_booking(presented_token() or "")
