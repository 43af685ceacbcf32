"""The link in the mail that asks a guest to confirm a booking: a page with a box to tick, as no mail scanner does."""

from contextlib import suppress

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField
from wtforms.validators import InputRequired

from webapp.domain.errors import Conflict
from webapp.services.bookings.guest_access import has_expired
from webapp.services.bookings.view import BookingView
from webapp.services.guests.confirmation import booking_to_confirm, confirm_booking
from webapp.services.shared.links import manage_token
from webapp.web.manage.pages import about
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link

GONE = 410

blueprint = Blueprint("confirmation", __name__, url_prefix="/confirm-booking")


class ConfirmForm(GuestForm):
    sure = BooleanField(_l("Yes, I want this booking"), [InputRequired(_l("Tick the box to confirm the booking."))])


@blueprint.get("/<token>")
@manage_link
def ask(token: str) -> BaseResponse:
    return _page(booking_to_confirm(token), token, ConfirmForm())


@blueprint.post("/<token>")
@manage_link
def confirm(token: str) -> BaseResponse:
    booking, form = booking_to_confirm(token), ConfirmForm()
    if booking.awaits_guest and not form.validate():
        return _page(booking, token, form, status=422)
    with suppress(Conflict):  # too late, or cancelled: the page shows it
        return _to_booking(confirm_booking(booking.uid))
    return _page(booking_to_confirm(token), token, form)


def _page(booking: BookingView, token: str, form: ConfirmForm, status: int = 200) -> BaseResponse:
    if not booking.awaits_guest:
        return _to_booking(booking)
    is_late = has_expired(booking) or not booking.is_active
    page = render_template(
        "manage/confirm.html",
        form=form,
        confirm_token=token,
        is_late=is_late,
        **about(booking, manage_token(booking.uid)),
    )
    response: Response = make_response(page, GONE if is_late else status)
    return response


def _to_booking(booking: BookingView) -> BaseResponse:
    return redirect(url_for("manage.booking", token=manage_token(booking.uid), booked=1), 303)
