"""The list of bookings, and the page of one booking with the status of its mails."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext

from webapp.services.bookings.guest_access import has_begun, has_expired
from webapp.services.bookings.view import BookingView
from webapp.services.calendar import calendar
from webapp.services.calendar.calendar import BookingFilter
from webapp.services.mail.reports import DeliveryState, replay
from webapp.web.bookings.blueprint import blueprint
from webapp.web.shared import htmx
from webapp.web.shared.dates import format_moment
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.words.answers import answered
from webapp.words.mails import mail_name, why_not_sent

LAST_PAGE = 10_000
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class BookingsQuery:
    """The bookings that a list shows."""

    which: BookingFilter
    search: str
    page: int

    def url(self, *, which: str | None = None, search: str | None = None, page: int = 1) -> str:
        """The URL of the list with some of its parameters changed; the first page, unless `page` is given."""
        words = self.search if search is None else search
        return url_for("bookings.index", which=which or self.which, q=words or None, page=page if page > 1 else None)


@blueprint.get("")
@host_required
def index() -> Response:
    host, query = current_host(), _query()
    bookings_page = calendar.bookings_page(host.id, which=query.which, search=query.search, page=query.page)
    return page_or_fragment("bookings/index.html", "bookings", bookings_page=bookings_page, query=query, host=host)


@blueprint.get("/<uuid:uid>")
@host_required
def booking(uid: uuid.UUID) -> Response:
    return booking_page(_booking(uid))


@blueprint.post("/<uuid:uid>/mails/<int:delivery_id>/again")
@host_required
def send_again(uid: uuid.UUID, delivery_id: int) -> Any:
    """Send a mail again that was given up. Answers 404 for a mail of another booking."""
    booking = _booking(uid)
    if delivery_id not in {state.id for state in calendar.booking_mails(booking) if state.status == "dead"}:
        abort(404)
    replay([delivery_id], actor=current_actor())
    return changed(booking, gettext("The mail will be sent again."))


def booking_page(booking: BookingView, *, status: int = 200, **values: Any) -> Response:
    """The page of a booking; for htmx only the panel."""
    host = current_host()
    guest = booking.guest_name if booking.is_guest_erased else booking.guest_email
    states = mails(calendar.booking_mails(booking), guest=guest, time_zone=host.time_zone)
    page_values = {"booking": booking, "mails": states, "host": host, "answered": answered(booking)}
    page_values |= {"has_begun": has_begun(booking), "has_expired": has_expired(booking)}
    return page_or_fragment("bookings/booking.html", "panel", status=status, **page_values, **values)


def changed(after: BookingView, text: str) -> Any:
    """Show the changed booking with the message `text`; a calendar that surrounds it reloads."""
    if not htmx.wants_fragment():
        flash(text, "success")
        return htmx.see_other(url_for("bookings.booking", uid=after.uid))
    return htmx.trigger(booking_page(after, done=text), calendar_changed=None)


def _booking(uid: uuid.UUID) -> BookingView:
    return calendar.host_booking(uid, host_id=current_host().id)


def _query() -> BookingsQuery:
    which = request.args.get("which", "")
    page = request.args.get("page", 1, type=int)
    return BookingsQuery(
        BookingFilter(which) if which in list(BookingFilter) else BookingFilter.UPCOMING,
        request.args.get("q", "").strip()[:LONGEST_SEARCH],
        min(max(page, 1), LAST_PAGE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail. `status` and `label` are for `ui.badge`; `can_resend` is true if it was given up."""

    id: int
    what: str
    recipient: str
    status: str
    label: str | None
    detail: str
    can_resend: bool


def mails(states: Sequence[DeliveryState], *, guest: str, time_zone: str) -> list[Mail]:
    return [_mail(state, guest, time_zone) for state in states]


def _mail(state: DeliveryState, guest: str, time_zone: str) -> Mail:
    status, label = _status(state)
    return Mail(
        id=state.id,
        what=mail_name(state.kind),
        recipient=guest if state.recipient == "guest" else gettext("you"),
        status=status,
        label=label,
        detail=_detail(state, time_zone),
        can_resend=state.status == "dead",
    )


def _status(state: DeliveryState) -> tuple[str, str | None]:
    if state.is_planned:
        return ("queued", gettext("Planned"))
    if state.status == "waiting":
        return ("failed", None) if state.attempts else ("queued", None)
    if state.status == "skipped":
        return (state.status, gettext("Left out") if why_not_sent(state.last_error) else gettext("Not needed"))
    return (state.status, None)


def _detail(state: DeliveryState, time_zone: str) -> str:
    if state.sent_at:
        return format_moment(state.sent_at, time_zone)
    if state.is_planned:
        return gettext("for %(when)s", when=format_moment(state.due_at, time_zone))
    if state.status == "waiting" and state.attempts:
        again = gettext("next try: %(when)s", when=format_moment(state.due_at, time_zone))
        return f"{state.last_error} · {again}" if state.last_error else again
    return state.last_error or "" if state.status == "dead" else why_not_sent(state.last_error)
