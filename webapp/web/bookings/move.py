"""Moving a booking to another free time."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from flask import Response, request
from flask_babel import gettext

from webapp.core.http_status import status_of
from webapp.domain.availability.by_date import by_local_date
from webapp.domain.availability.instants import day_start, instant, to_datetime
from webapp.domain.availability.offers import Offer
from webapp.domain.availability.search import HORIZON_SECONDS, ListOffers, pieces
from webapp.domain.dates import parsed_date, parsed_instant
from webapp.domain.errors import Conflict, Invalid, NotFound, SlotUnavailable
from webapp.services.accounts.accounts import Account
from webapp.services.availability.offering import find_offering
from webapp.services.bookings import bookings
from webapp.services.bookings.guest_access import list_ahead_to_move
from webapp.services.bookings.view import BookingView
from webapp.services.calendar import calendar
from webapp.web.bookings.blueprint import blueprint
from webapp.web.bookings.pages import booking_page, changed
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import format_range

DAYS_AT_ONCE = 7  # with free times


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Free times from a date on, by local date of the host. `later`: the next date with free times, None if there is
    none."""

    days: list[tuple[date, list[datetime]]]
    is_first: bool
    later: date | None


@blueprint.get("/<uuid:uid>/move")
@host_required
def choose_time(uid: uuid.UUID) -> Response:
    return _times_page(uid, 200)


@blueprint.post("/<uuid:uid>/move")
@host_required
def move(uid: uuid.UUID) -> Any:
    start = parsed_instant(request.form.get("start", ""))
    if start is None:
        return _times_page(uid, 422, error=gettext("Choose one of these times."))
    try:
        after = bookings.reschedule(uid, start, actor=current_actor())
    except SlotUnavailable as refusal:
        return _times_page(uid, status_of(refusal), error=gettext("This time is not free any more. Choose another."))
    except (Conflict, Invalid) as refusal:
        return _times_page(uid, status_of(refusal), error=gettext("Nothing was moved."))
    when = format_range(after.start, after.end, current_host().time_zone)
    return changed(after, gettext("Moved to %(when)s. %(guest)s gets a mail.", when=when, guest=after.guest_name))


def _times_page(uid: uuid.UUID, status: int, *, error: str | None = None) -> Response:
    """The page with free times, or the booking's page if it can no longer be moved."""
    host = current_host()
    booking = calendar.host_booking(uid, host_id=host.id)
    if not booking.is_active:
        return booking_page(booking, status=409, is_over=True)
    times = _free_times(booking, host, parsed_date(request.args.get("from", "")))
    page_values = {"booking": booking, "times": times, "error": error, "host": host}
    return page_or_fragment("bookings/move.html", "panel", status=status, **page_values)


def _free_times(booking: BookingView, host: Account, first: date | None) -> FreeTimes:
    now = datetime.now(UTC)
    start = max(instant(now), day_start(host.time_zone, first)) if first else instant(now)
    days = _first_days(booking, host.time_zone, start, instant(now) + HORIZON_SECONDS)
    later = days[DAYS_AT_ONCE][0] if len(days) > DAYS_AT_ONCE else None
    return FreeTimes(days[:DAYS_AT_ONCE], first is None, later)


def _first_days(booking: BookingView, time_zone: str, first: int, last: int) -> list[tuple[date, list[datetime]]]:
    """One more than are shown at once, if there are so many."""
    ahead = _ahead(booking)
    offered: list[Offer] = []
    days: dict[date, list[Offer]] = {}
    for piece in pieces(first, last):
        offered += ahead(*piece)
        days = by_local_date(offered, time_zone)
        if len(days) > DAYS_AT_ONCE:
            break
    shown = islice(days.items(), DAYS_AT_ONCE + 1)
    return [(day, [to_datetime(offer.start) for offer in found]) for day, found in shown]


def _ahead(booking: BookingView) -> ListOffers:
    """Lists the offers to move to; none if the event type is no longer offered."""
    try:
        return list_ahead_to_move(find_offering(booking.host_slug, booking.event_type_slug, has_link=True), booking)
    except NotFound:
        return lambda *_span: ()
