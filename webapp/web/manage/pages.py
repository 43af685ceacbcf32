"""The booking's page, its calendar file, and links that add it to a web calendar.

Those links contain the time and the host's name, but never the manage link.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, make_response, render_template, request

from webapp.domain.bookings import Audience, BookingStatus
from webapp.services.bookings.guest_access import has_begun, managed_booking, may_change
from webapp.services.bookings.view import BookingView
from webapp.web.guest.query import zone_in
from webapp.web.guest.words import host_time, meeting_time
from webapp.web.manage.blueprint import blueprint
from webapp.web.shared.fields import zone_options
from webapp.web.shared.guards import manage_link
from webapp.web.shared.i18n import current_locale
from webapp.words.answers import answered


@blueprint.get("")
@manage_link
def booking(token: str) -> str:
    booking = managed_booking(token)
    zone, locale = guest_zone(booking), current_locale()
    return render_template(
        "manage/booking.html",
        **about(booking, token),
        host_time=host_time(booking.start, zone, booking.host_time_zone, booking.host_name, locale),
        is_new="booked" in request.args,
        is_moved="moved" in request.args,
        links=calendar_links(booking),
        zone_options=lambda: zone_options(zone, locale),
    )


@blueprint.get("/invite.ics")
@manage_link
def invite(token: str) -> Response:
    """The same invitation as in the mail: a calendar that gets both keeps a single event."""
    from webapp.services.ical.invitations import Method, invitation  # icalendar takes 3 MB; few requests need it

    booking = managed_booking(token)
    gone = booking.status in (BookingStatus.CANCELLED, BookingStatus.DECLINED)
    method = Method.CANCEL if gone else Method.REQUEST
    response = make_response(invitation(booking, method=method, audience=Audience.GUEST))
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={method}"
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


def guest_zone(booking: BookingView) -> str:
    """The time zone in the query, or the one in which the guest booked."""
    return zone_in(request.args) or booking.guest_time_zone


def about(booking: BookingView, token: str) -> dict[str, Any]:
    """Template values that every page of a booking needs."""
    zone = guest_zone(booking)
    return {
        "booking": booking,
        "answered": answered(booking),
        "token": token,
        "zone": zone,
        "zone_in_query": zone_in(request.args),
        "meeting_time": meeting_time(booking.start, booking.end, zone, current_locale()),
        "has_begun": has_begun(booking),
        "may_change": may_change(booking),
    }


def calendar_links(booking: BookingView) -> list[tuple[str, str]]:
    """(name, URL) for each web calendar."""
    title = f"{booking.event_type_title} – {booking.host_name}"
    start, end = _compact(booking.start), _compact(booking.end)
    google = {"action": "TEMPLATE", "text": title, "dates": f"{start}/{end}"}
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": booking.start.astimezone(UTC).isoformat(),
        "enddt": booking.end.astimezone(UTC).isoformat(),
    }
    yahoo = {"v": "60", "title": title, "st": start, "et": end}
    return [
        ("Google", _address("https://calendar.google.com/calendar/render", google)),
        ("Outlook", _address("https://outlook.live.com/calendar/0/deeplink/compose", outlook)),
        ("Yahoo", _address("https://calendar.yahoo.com/", yahoo)),
    ]


def _address(page: str, parameters: Mapping[str, str]) -> str:
    return f"{page}?{urlencode(parameters, quote_via=quote)}"


def _compact(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
