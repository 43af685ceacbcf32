"""Cancelling a booking: a confirmation page, and a POST that requires a ticked box."""

import uuid
from typing import Any

from flask import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired

from webapp.domain import text
from webapp.domain.errors import AlreadyCancelled, NotActive
from webapp.services.bookings import bookings
from webapp.services.bookings.request import LONGEST_REASON
from webapp.services.calendar import calendar
from webapp.web.bookings.blueprint import blueprint
from webapp.web.bookings.pages import booking_page, changed
from webapp.web.shared.fields import Text
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


class CancelForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _l("Reason"),
        description=_l("The guest reads it in the mail."),
        validators=[Text(text.paragraph, LONGEST_REASON, required=False)],
        render_kw={"rows": 3},
    )
    sure = BooleanField(
        _l("Yes, cancel this meeting"), validators=[DataRequired(_l("Tick this if you really want to cancel."))]
    )


@blueprint.get("/<uuid:uid>/cancel")
@host_required
def confirm_cancel(uid: uuid.UUID) -> Response:
    return _form_page(uid, CancelForm(), 200)


@blueprint.post("/<uuid:uid>/cancel")
@host_required
def cancel(uid: uuid.UUID) -> Any:
    form = CancelForm()
    if not form.validate_on_submit():
        return _form_page(uid, form, 422)
    try:
        after = bookings.cancel(uid, actor=current_actor(), reason=form.reason.data)
    except (AlreadyCancelled, NotActive):
        return _form_page(uid, form, 409)
    return changed(after, gettext("Cancelled. %(guest)s gets a mail.", guest=after.guest_name))


def _form_page(uid: uuid.UUID, form: CancelForm, status: int) -> Response:
    """The confirmation page, or the booking's page if it can no longer be cancelled."""
    host = current_host()
    booking = calendar.host_booking(uid, host_id=host.id)
    if not booking.is_active:
        return booking_page(booking, status=status, is_over=True)
    return page_or_fragment("bookings/cancel.html", "panel", status=status, booking=booking, form=form, host=host)
