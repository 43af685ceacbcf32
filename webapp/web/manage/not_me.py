"""/not-me/<token>: the owner of an address says that somebody else booked with it, and can take that back.

Mail scanners follow links and press buttons, but do not tick boxes.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField
from wtforms.validators import InputRequired

from webapp.services.bookings.view import BookingView
from webapp.services.guests.not_me import is_reported, report, reported_booking, take_back
from webapp.web.guest.words import meeting_time
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link
from webapp.web.shared.i18n import current_locale

blueprint = Blueprint("not_me", __name__, url_prefix="/not-me/<token>")


class ReportForm(GuestForm):
    sure = BooleanField(_l("I did not book this meeting"), [InputRequired(_l("Tick the box to cancel the meeting."))])


class TakeBackForm(GuestForm):
    sure = BooleanField(_l("I want to book here again"), [InputRequired(_l("Tick the box to allow bookings again."))])


@blueprint.get("")
@manage_link
def ask(token: str) -> BaseResponse:
    booking = reported_booking(token)
    return _page(booking, token, TakeBackForm() if is_reported(booking) else ReportForm())


@blueprint.post("/report")
@manage_link
def send(token: str) -> BaseResponse:
    booking, form = reported_booking(token), ReportForm()
    if not form.validate():
        return _page(booking, token, form, status=422)
    report(booking)
    return redirect(url_for("not_me.ask", token=token), 303)


@blueprint.post("/take-back")
@manage_link
def undo(token: str) -> BaseResponse:
    booking, form = reported_booking(token), TakeBackForm()
    if not form.validate():
        return _page(booking, token, form, status=422)
    take_back(booking)
    return redirect(url_for("not_me.ask", token=token), 303)


def _page(booking: BookingView, token: str, form: GuestForm, status: int = 200) -> Response:
    times = meeting_time(booking.start, booking.end, booking.guest_time_zone, current_locale())
    values = {"booking": booking, "token": token, "form": form, "meeting_time": times}
    is_done = isinstance(form, TakeBackForm)
    return make_response(render_template("manage/not_me.html", is_done=is_done, **values), status)
