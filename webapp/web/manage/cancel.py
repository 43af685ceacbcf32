"""Cancelling: a confirmation page whose form a mail scanner cannot submit by following links or pressing buttons."""

from contextlib import suppress

from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired

from webapp.domain import text
from webapp.domain.actor import manage_link_actor
from webapp.domain.errors import Conflict
from webapp.services.bookings import bookings
from webapp.services.bookings.guest_access import managed_booking, may_change
from webapp.services.bookings.request import LONGEST_REASON
from webapp.services.bookings.view import BookingView
from webapp.web.manage.blueprint import blueprint
from webapp.web.manage.pages import about
from webapp.web.shared.fields import Text
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link


class CancelForm(GuestForm):
    reason = TextAreaField(
        _l("Reason"),
        [Text(text.paragraph, LONGEST_REASON, required=False)],
        description=_l("The host sees what you write here."),
        render_kw={"rows": 3},
    )
    sure = BooleanField(_l("Yes, cancel this meeting"), [InputRequired(_l("Tick the box to cancel the meeting."))])


@blueprint.get("/cancel")
@manage_link
def ask_cancel(token: str) -> BaseResponse:
    booking = managed_booking(token)
    return _page(booking, token, CancelForm()) if may_change(booking) else to_booking(token)


@blueprint.post("/cancel")
@manage_link
def cancel(token: str) -> BaseResponse:
    booking, form = managed_booking(token), CancelForm()
    if not may_change(booking):
        return to_booking(token)
    if not form.validate():
        return _page(booking, token, form, status=422)
    with suppress(Conflict):  # changed by another request; the page shows the current status
        bookings.cancel(booking.uid, actor=manage_link_actor(str(booking.uid)), reason=form.reason.data)
    return to_booking(token)


def to_booking(token: str, *, moved: int | None = None) -> BaseResponse:
    return redirect(url_for("manage.booking", token=token, moved=moved), 303)


def _page(booking: BookingView, token: str, form: CancelForm, status: int = 200) -> Response:
    return make_response(render_template("manage/cancel.html", form=form, **about(booking, token)), status)
