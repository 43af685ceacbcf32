"""A host's bookings: the list, and the operations that are only for the host."""

import uuid
from typing import Any

from webapp.api.bookings import get_booking
from webapp.api.http.answers import Page
from webapp.api.http.callers import Access, actor, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import page_of, place_of
from webapp.api.http.spans import span_of
from webapp.api.schemas import bookings as schemas
from webapp.api.spec import examples
from webapp.domain.errors import AlreadyCancelled, NotActive
from webapp.services.bookings import decisions
from webapp.services.bookings.lists import bookings_list
from webapp.services.bookings.view import BookingView

blueprint = Blueprint("Host's bookings", __name__, description="All bookings of a host, and the host's decisions.")


@blueprint.operation(
    "GET",
    "/bookings",
    Access.READ,
    query=schemas.BookingQuery,
    answer=schemas.BookingPage,
    example=examples.BOOKING_PAGE,
)
def list_bookings(query: dict[str, Any]) -> Page:
    """Your bookings, by start"""
    me = host()
    return page_of(
        bookings_list(
            me.host_id,
            status=query["status"],
            email=query["email"],
            span=span_of(query, me.time_zone),
            limit=query["limit"],
            after=place_of(query["cursor"]),
        )
    )


@blueprint.operation(
    "POST",
    "/bookings/<uuid:booking_id>/accept",
    Access.WRITE,
    answer=schemas.Booking,
    example=examples.BOOKING,
    conflicts=(AlreadyCancelled, NotActive),
    matches=get_booking,
)
def accept_booking(booking_id: uuid.UUID) -> BookingView:
    """Say yes to a pending booking"""
    return decisions.accept(booking_id, actor=actor())


@blueprint.operation(
    "POST",
    "/bookings/<uuid:booking_id>/decline",
    Access.WRITE,
    body=schemas.Reason,
    body_example=examples.REASON,
    answer=schemas.Booking,
    example=examples.DECLINED_BOOKING,
    conflicts=(AlreadyCancelled, NotActive),
    matches=get_booking,
)
def decline_booking(given: dict[str, Any], booking_id: uuid.UUID) -> BookingView:
    """Say no to a pending booking"""
    return decisions.decline(booking_id, actor=actor(), reason=given["reason"])


@blueprint.operation(
    "POST",
    "/bookings/<uuid:booking_id>/no-show",
    Access.WRITE,
    answer=schemas.Booking,
    example=examples.NO_SHOW_BOOKING,
    conflicts=(AlreadyCancelled, NotActive),
    matches=get_booking,
)
def mark_no_show(booking_id: uuid.UUID) -> BookingView:
    """The guest did not come"""
    return decisions.mark_no_show(booking_id, actor=actor())
