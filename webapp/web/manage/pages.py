"""The booking as it stands, and its calendar file."""

from typing import Any

from flask import Response, make_response, render_template, request

from webapp.domain.bookings import BookingStatus
from webapp.services.bookings.guest_access import has_begun, managed_booking, may_change
from webapp.services.bookings.view import BookingView
from webapp.web.guest.query import asked_zone
from webapp.web.guest.words import host_when, when
from webapp.web.manage.blueprint import blueprint
from webapp.web.manage.calendar_links import calendar_links
from webapp.web.shared.fields import zone_options
from webapp.web.shared.guards import manage_link
from webapp.web.shared.i18n import current_locale
from webapp.words.answers import answered


@blueprint.get("")
@manage_link
def booking(token: str) -> str:
    found = managed_booking(token)
    zone, locale = guest_zone(found), current_locale()
    return render_template(
        "manage/booking.html",
        **about(found, token),
        host_when=host_when(found.start, zone, found.host_time_zone, found.host_name, locale),
        is_new="booked" in request.args,
        is_moved="moved" in request.args,
        links=calendar_links(found),
        zone_options=lambda: zone_options(zone, locale),
    )


@blueprint.get("/invite.ics")
@manage_link
def invite(token: str) -> Response:
    """What the mail carries, too: a calendar that has both keeps one meeting."""
    from webapp.services.ical.invitations import Audience, Method, invitation  # with icalendar 3 MB, and few ask for it

    found = managed_booking(token)
    gone = found.status in (BookingStatus.CANCELLED, BookingStatus.DECLINED)
    method = Method.CANCEL if gone else Method.REQUEST
    response = make_response(invitation(found, method=method, audience=Audience.GUEST))
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={method}"
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


def guest_zone(booking: BookingView) -> str:
    """The zone that the guest booked in, or another that the address asks for."""
    return asked_zone(request.args) or booking.guest_time_zone


def about(booking: BookingView, token: str) -> dict[str, Any]:
    """What every page of a booking shows."""
    zone = guest_zone(booking)
    return {
        "booking": booking,
        "answered": answered(booking),
        "token": token,
        "zone": zone,
        "zone_asked": asked_zone(request.args),
        "when": when(booking.start, booking.end, zone, current_locale()),
        "has_begun": has_begun(booking),
        "may_change": may_change(booking),
    }
