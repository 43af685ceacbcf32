"""Moving a booking: the calendar, a confirmation page with the old and the new time, and the move itself."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField

from webapp.domain.actor import manage_link_actor
from webapp.domain.availability.instants import instant, to_datetime
from webapp.domain.errors import Conflict, Invalid, NotFound, Overloaded, SlotUnavailable, TooManyMoves
from webapp.services.availability.offering import Offering, find_offering
from webapp.services.bookings import bookings
from webapp.services.bookings.guest_access import list_ahead_to_move, list_offers_to_move, managed_booking, may_change
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token
from webapp.web.guest.alternatives import alternative_days
from webapp.web.guest.picker import View, picker
from webapp.web.guest.query import Addresses, calendar_query, format_start, parse_start
from webapp.web.guest.words import meeting_time
from webapp.web.manage.blueprint import blueprint
from webapp.web.manage.cancel import to_booking
from webapp.web.manage.pages import about, guest_zone
from webapp.web.shared.fields import zone_options
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link
from webapp.web.shared.i18n import current_locale


class MoveForm(GuestForm):
    start = HiddenField()

    @property
    def start_seconds(self) -> int | None:
        return parse_start(self.start.data or "")


@blueprint.get("/reschedule")
@manage_link
def choose(token: str) -> BaseResponse:
    booking = managed_booking(token)
    if booking.awaits_guest or not may_change(booking):
        return to_booking(token)
    offering = _offering(booking)
    shown = _picker(booking, offering, token) if offering else None
    options = partial(zone_options, guest_zone(booking), current_locale())
    values = about(booking, token) | {"picker": shown, "zone_options": options}
    return make_response(render_template("manage/choose.html", **values))


@blueprint.get("/reschedule/confirm")
@manage_link
def confirm_move(token: str) -> BaseResponse:
    booking, form = managed_booking(token), MoveForm(formdata=None, start=request.args.get("start"))
    offering, start = _offering(booking), form.start_seconds
    if booking.awaits_guest or not may_change(booking) or offering is None:
        return to_booking(token)
    if start is None:
        return redirect(url_for("manage.choose", token=token), 303)
    is_gone = not list_offers_to_move(offering, booking, start, start + 1)
    return _confirm_page(booking, offering, form, start, status=409 if is_gone else 200)


@blueprint.post("/reschedule")
@manage_link
def move(token: str) -> BaseResponse:
    booking, form = managed_booking(token), MoveForm()
    offering, start = _offering(booking), form.start_seconds
    if booking.awaits_guest or not may_change(booking) or offering is None or start == instant(booking.start):
        return to_booking(token)  # a first click has already moved it
    if start is None:
        return redirect(url_for("manage.choose", token=token), 303)
    if not form.validate():
        return _confirm_page(booking, offering, form, start, status=422)
    return _move(booking, offering, form, start)


def _move(booking: BookingView, offering: Offering, form: MoveForm, start: int) -> BaseResponse:
    """Move the booking and redirect to its page; show the confirmation page if the new time is refused."""
    token = manage_token(booking.uid)
    try:
        bookings.reschedule(booking.uid, to_datetime(start), actor=manage_link_actor(str(booking.uid)))
    except Overloaded as error:
        response = _confirm_page(booking, offering, form, start, status=503)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except SlotUnavailable:
        return _confirm_page(booking, offering, form, start, status=409)
    except TooManyMoves:
        return _confirm_page(booking, offering, form, start, status=429)
    except (Invalid, Conflict):
        return to_booking(token)  # changed by another request; the page shows the current status
    return to_booking(token, moved=1)


def _problem(booking: BookingView, status: int) -> str:
    """Why the meeting was not moved, in words; empty if a form error or the alternatives say so."""
    if status == 503:
        return gettext("Too busy just now. Your meeting is where it was: try again in a few seconds.")
    if status == 429:
        return gettext(
            "This meeting was moved several times today, so it stays where it is. Try again tomorrow, or ask"
            " %(host)s to move it.",
            host=booking.host_name,
        )
    return ""


def _offering(booking: BookingView) -> Offering | None:
    """The offering of the booked event type; None if it can no longer be booked."""
    try:
        return find_offering(booking.host_slug, booking.event_type_slug, has_link=True)
    except NotFound:
        return None


def _picker(booking: BookingView, offering: Offering, token: str) -> Any:
    query, zone = calendar_query(request.args), guest_zone(booking)
    addresses = Addresses(
        calendar=url_for("manage.choose", token=token),
        choose=url_for("manage.confirm_move", token=token),
        zone=zone,
        is_zone_in_query=query.zone is not None,
    )
    view = View(query, zone, lambda: addresses, current_locale(), offering.now, shows_seats=offering.rules.capacity > 1)
    offers = list_offers_to_move(offering, booking, *view.span)
    return picker(view, offers, list_ahead_to_move(offering, booking))


def _confirm_page(booking: BookingView, offering: Offering, form: MoveForm, start: int, *, status: int) -> Response:
    zone, locale = guest_zone(booking), current_locale()
    ahead = list_ahead_to_move(offering, booking)
    form.start.data = format_start(start)
    new_start = to_datetime(start)
    new_end = new_start + timedelta(minutes=offering.rules.duration_minutes)
    is_gone = status == 409
    body = render_template(
        "manage/move.html",
        form=form,
        new=meeting_time(new_start, new_end, zone, locale),
        alternatives=alternative_days(ahead, offering.now, start, time_zone=zone, locale=locale) if is_gone else [],
        is_gone=is_gone,
        problem=_problem(booking, status),
        **about(booking, manage_token(booking.uid)),
    )
    return make_response(body, status)
