"""The host's decisions about a booking: accepting or declining a request, and marking or unmarking a no-show."""

import uuid
from typing import Any

from flask import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField

from webapp.domain import text
from webapp.domain.bookings import BookingStatus
from webapp.domain.errors import AlreadyCancelled, NotActive
from webapp.services.bookings import decisions
from webapp.services.bookings.guest_access import has_expired
from webapp.services.bookings.request import LONGEST_REASON
from webapp.services.calendar import calendar
from webapp.web.bookings.blueprint import blueprint
from webapp.web.bookings.pages import booking_page, changed
from webapp.web.shared.fields import Text
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


class DeclineForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _l("Reason"),
        description=_l("The guest reads it in the mail."),
        validators=[Text(text.paragraph, LONGEST_REASON, required=False)],
        render_kw={"rows": 3},
    )


@blueprint.get("/<uuid:uid>/accept")
@host_required
def confirm_accept(uid: uuid.UUID) -> Response:
    """The target of a link in a mail: opening it decides nothing."""
    return _pending_page(uid, "bookings/accept.html", 200)


@blueprint.post("/<uuid:uid>/accept")
@host_required
def accept(uid: uuid.UUID) -> Any:
    try:
        after = decisions.accept(uid, actor=current_actor())
    except (AlreadyCancelled, NotActive):
        return _current_page(uid)
    return changed(after, gettext("Accepted. %(guest)s gets a mail.", guest=after.guest_name))


@blueprint.get("/<uuid:uid>/decline")
@host_required
def confirm_decline(uid: uuid.UUID) -> Response:
    return _form_page(uid, DeclineForm(), 200)


@blueprint.post("/<uuid:uid>/decline")
@host_required
def decline(uid: uuid.UUID) -> Any:
    form = DeclineForm()
    if not form.validate_on_submit():
        return _form_page(uid, form, 422)
    try:
        after = decisions.decline(uid, actor=current_actor(), reason=form.reason.data)
    except (AlreadyCancelled, NotActive):
        return _current_page(uid)
    return changed(after, gettext("Declined. %(guest)s gets a mail.", guest=after.guest_name))


@blueprint.post("/<uuid:uid>/no-show")
@host_required
def no_show(uid: uuid.UUID) -> Any:
    try:
        after = decisions.mark_no_show(uid, actor=current_actor())
    except (AlreadyCancelled, NotActive):
        return _current_page(uid)
    return changed(after, gettext("Noted: %(guest)s did not come.", guest=after.guest_name))


@blueprint.post("/<uuid:uid>/no-show/undo")
@host_required
def undo_no_show(uid: uuid.UUID) -> Any:
    try:
        after = decisions.undo_no_show(uid, actor=current_actor())
    except (AlreadyCancelled, NotActive):
        return _current_page(uid, gettext("It is not marked as a no-show. Nothing was changed."))
    return changed(after, gettext("Noted: %(guest)s came.", guest=after.guest_name))


def _form_page(uid: uuid.UUID, form: DeclineForm, status: int) -> Response:
    return _pending_page(uid, "bookings/decline.html", status, form=form)


def _pending_page(uid: uuid.UUID, template: str, status: int, **values: Any) -> Response:
    """The page for a pending booking, or the booking's own page if it has been decided or has expired."""
    host = current_host()
    booking = calendar.host_booking(uid, host_id=host.id)
    if booking.status is not BookingStatus.PENDING or has_expired(booking):
        return booking_page(booking, status=409, is_over=True)
    return page_or_fragment(template, "panel", status=status, booking=booking, host=host, **values)


def _current_page(uid: uuid.UUID, why: str = "") -> Response:
    """The booking's page with status 409. `why`: a text to show instead of "cancelled or over"."""
    return booking_page(calendar.host_booking(uid, host_id=current_host().id), status=409, is_over=True, why=why)
