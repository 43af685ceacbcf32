"""The form for the chosen time, and booking it. The form keeps its input, whatever the error."""

from datetime import timedelta
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from webapp.core.http_status import status_of
from webapp.domain.actor import GUEST
from webapp.domain.availability.instants import to_datetime
from webapp.domain.errors import DomainError, IdempotencyMismatch, Invalid, LinkUsed, ProofRequired, SlotUnavailable
from webapp.services.availability.offering import Offering
from webapp.services.availability.offers import list_ahead, list_offers
from webapp.services.bookings import bookings
from webapp.web.guest.alternatives import alternative_days
from webapp.web.guest.blueprint import blueprint
from webapp.web.guest.forms import BookingForm, booking_form
from webapp.web.guest.last_booking import knows_browser, remember, remembered_url
from webapp.web.guest.query import calendar_url, link_token, offering_here
from webapp.web.guest.refusals import advice
from webapp.web.guest.times import about
from webapp.web.guest.words import host_time, meeting_time
from webapp.web.shared import htmx
from webapp.web.shared.guards import public
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.limits import limited_booking
from webapp.web.shared.security import content_policy

GONE = 410
REGION = "#booking"  # replaced by htmx: the form and everything beside it


@blueprint.get("/<slug>/<event_type>/book")
@public
def details(slug: str, event_type: str) -> BaseResponse:
    return form_or_calendar(offering_here(slug, event_type))


def form_or_calendar(offering: Offering) -> BaseResponse:
    form = booking_form(offering)(formdata=None, start=request.args.get("start"), zone=request.args.get("zone"))
    start = form.start_seconds
    if start is None:
        return redirect(calendar_url(offering), 303)
    if not list_offers(offering, start, start + 1):
        return refused(offering, form, SlotUnavailable())
    return form_page(offering, form)


@blueprint.post("/<slug>/<event_type>/book")
@public
@limited_booking
def book(slug: str, event_type: str) -> BaseResponse:
    return booked(offering_here(slug, event_type))


def booked(offering: Offering) -> BaseResponse:
    form = booking_form(offering)()
    if not form.validate():
        return form_page(offering, form, status=422)
    try:
        booking = bookings.book(form.command(offering, link_token=link_token()), actor=GUEST, seen=offering)
    except DomainError as error:
        return refused(offering, form, error)
    return htmx.see_other(remember(booking))


def refused(offering: Offering, form: BookingForm, error: DomainError) -> BaseResponse:
    """The form again, with a message on what to do about the error. Raises errors that guests cannot resolve."""
    match error:
        case Invalid():
            form.refuse(error)
            return form_page(offering, form, status=422)
        case SlotUnavailable() if own := remembered_url(offering, form.start_seconds, form.email.data or ""):
            return htmx.see_other(own)
        case SlotUnavailable():
            return form_page(offering, form, status=409, is_gone=True)
        case LinkUsed():
            return used_link()
        case ProofRequired():
            form.knows_proof.data = "1"
            return form_page(offering, form, status=status_of(error), sends_proof=True)
        case IdempotencyMismatch():
            # This key has already made a booking. Another booking needs a new key and a deliberate second click.
            form.renew_key()
    problem = advice(error, offering)
    if problem is None:
        raise error
    return later(form_page(offering, form, status=status_of(error), problem=problem), error)


def used_link() -> Response:
    return page_or_fragment("booking/link_used.html", "booking", status=GONE)


def later(response: Response, error: DomainError) -> Response:
    """With the seconds after which the guest can try again, if the error names any."""
    retry_after = getattr(error, "retry_after", None)
    if retry_after is None:
        return response
    response.headers["Retry-After"] = str(retry_after)
    return htmx.into(response, REGION, "outerHTML") if htmx.wants_fragment() else response


def form_page(
    offering: Offering,
    form: BookingForm,
    *,
    status: int = 200,
    is_gone: bool = False,
    sends_proof: bool = False,
    problem: str = "",
) -> Response:
    """`sends_proof`: whether the form is sent again by itself as soon as the browser has solved its proof of work."""
    form.prepare(offering.host_time_zone)
    if offering.requires_proof and not link_token():
        form.knows_proof.data = "1"
    response = page_or_fragment(
        "booking/details.html",
        "booking",
        status=status,
        form=form,
        calendar_url=calendar_url(offering, zone=form.zone.data),
        knows_browser=knows_browser(),
        is_gone=is_gone,
        sends_proof=sends_proof,
        problem=problem,
        **about(offering),
        **_chosen(offering, form, is_gone=is_gone),
    )
    content_policy(worker_src="'self'")  # of proof.js, which any answer to the form may bring
    response.headers["Cache-Control"] = "private, no-cache"  # it contains the key of one guest's form
    response.vary.add("Cookie")  # after booking, "back" reloads and leads to the confirmation
    return response


def _chosen(offering: Offering, form: BookingForm, *, is_gone: bool) -> dict[str, Any]:
    """The chosen time in words, and alternatives if it is gone; only alternatives if there is no valid time."""
    start, zone, locale = form.start_seconds, str(form.zone.data), current_locale()
    alternatives = []
    if is_gone or start is None:
        ahead = list_ahead(offering)
        alternatives = alternative_days(ahead, offering.now, start or offering.now, time_zone=zone, locale=locale)
    if start is None:
        return {"meeting_time": None, "host_time": None, "alternatives": alternatives, "zone": zone}
    begins = to_datetime(start)
    ends = begins + timedelta(minutes=offering.rules.duration_minutes)
    return {
        "meeting_time": meeting_time(begins, ends, zone, locale),
        "host_time": host_time(begins, zone, offering.host_time_zone, offering.host_name, locale),
        "alternatives": alternatives,
        "zone": zone,
    }
