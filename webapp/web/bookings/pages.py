"""The list of bookings, and one booking."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext

from webapp.services.bookings.guest_access import has_begun, has_expired
from webapp.services.bookings.view import BookingView
from webapp.services.calendar import calendar
from webapp.services.calendar.calendar import BookingFilter
from webapp.services.mail.reports import replay
from webapp.web.bookings.blueprint import blueprint
from webapp.web.bookings.mails import mails
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.words.answers import answered

LAST_PAGE = 10_000
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Which bookings a list shows."""

    which: BookingFilter
    search: str
    page: int

    def url(self, *, which: str | None = None, search: str | None = None, page: int = 1) -> str:
        """The list with something else asked for; always from its first page, if no other is named."""
        words = self.search if search is None else search
        return url_for("bookings.index", which=which or self.which, q=words or None, page=page if page > 1 else None)


@blueprint.get("")
@host_required
def index() -> Response:
    host, asked = current_host(), _asked()
    found = calendar.bookings_page(host.id, which=asked.which, search=asked.search, page=asked.page)
    return page_or_fragment("bookings/index.html", "bookings", found=found, asked=asked, host=host)


@blueprint.get("/<uuid:uid>")
@host_required
def booking(uid: uuid.UUID) -> Response:
    return booking_page(_found(uid))


@blueprint.post("/<uuid:uid>/mails/<int:delivery_id>/again")
@host_required
def send_again(uid: uuid.UUID, delivery_id: int) -> Any:
    """A mail that was given up. One that is not of this booking is not there."""
    found = _found(uid)
    if delivery_id not in {state.id for state in calendar.booking_mails(found) if state.status == "dead"}:
        abort(404)
    replay([delivery_id], actor=current_actor())
    return changed(found, gettext("The mail will be sent again."))


def booking_page(found: BookingView, *, status: int = 200, **values: Any) -> Response:
    """The page of a booking, or for htmx the panel."""
    host = current_host()
    guest = found.guest_name if found.is_guest_erased else found.guest_email
    states = mails(calendar.booking_mails(found), guest=guest, time_zone=host.time_zone)
    shown = {"booking": found, "mails": states, "host": host, "answered": answered(found)}
    shown |= {"has_begun": has_begun(found), "has_expired": has_expired(found)}
    return page_or_fragment("bookings/booking.html", "panel", status=status, **shown, **values)


def changed(after: BookingView, text: str) -> Any:
    """Say what has been done and show the booking as it is now; a calendar around it fetches itself."""
    if not htmx.wants_fragment():
        flash(text, "success")
        return htmx.see_other(url_for("bookings.booking", uid=after.uid))
    return htmx.trigger(booking_page(after, done=text), calendar_changed=None)


def _found(uid: uuid.UUID) -> BookingView:
    return calendar.host_booking(uid, host_id=current_host().id)


def _asked() -> Asked:
    which = request.args.get("which", "")
    page = request.args.get("page", 1, type=int)
    return Asked(
        BookingFilter(which) if which in list(BookingFilter) else BookingFilter.UPCOMING,
        request.args.get("q", "").strip()[:LONGEST_SEARCH],
        min(max(page, 1), LAST_PAGE),
    )
