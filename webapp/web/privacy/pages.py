"""Requesting the data stored about an e-mail address, and the pages behind the link that is mailed to it.

Whether there is any data or not, the response to a request is the same and takes the same time. Following the link
changes nothing.
"""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField
from wtforms.validators import InputRequired

from webapp.domain.errors import NotFound
from webapp.services.privacy.copy import guest_document
from webapp.services.privacy.erase import erase_address
from webapp.services.privacy.guests import ask_for_data, bookings_of_address, coming_bookings, proved_address
from webapp.services.shared.validation import LONGEST_EMAIL, email_address
from webapp.web.guest.words import meeting_time
from webapp.web.honeypot.form import HoneypotForm
from webapp.web.privacy.blueprint import blueprint
from webapp.web.shared.fields import Text
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link, public
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.limits import limited_mail
from webapp.web.shared.typed_addresses import to_what_was_meant
from webapp.words.answers import answered


class AddressForm(HoneypotForm):
    email = EmailField(
        _l("E-mail address"),
        [Text(email_address)],
        description=_l("The one with which you booked. The link goes there."),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": LONGEST_EMAIL},
    )


@blueprint.get("")
@public
def ask() -> str:
    return render_template("privacy/ask.html", form=AddressForm())


@blueprint.post("")
@public
@limited_mail("privacy")
def send() -> Any:
    form = AddressForm()
    if not form.validate():
        return make_response(render_template("privacy/ask.html", form=form), 422)
    ask_for_data(form.email.data or "")
    return redirect(url_for("privacy.asked"), 303)


@blueprint.get("/asked")
@public
def asked() -> str:
    return render_template("privacy/asked.html")


SHOWN = 100  # bookings on the page; the download has all of them


class EraseForm(GuestForm):
    sure = BooleanField(_l("Yes, erase my data for good"), [InputRequired(_l("Tick the box to erase your data."))])


@blueprint.get("/<token>")
@manage_link
def held(token: str) -> str:
    email, locale = proved_address(token), current_locale()
    bookings = bookings_of_address(email, limit=SHOWN + 1)
    rows = [
        (booking, meeting_time(booking.start, booking.end, booking.guest_time_zone, locale), answered(booking))
        for booking in bookings[:SHOWN]
    ]
    values = {"email": email, "token": token, "bookings": rows, "has_more": len(bookings) > SHOWN}
    return render_template("privacy/held.html", **values)


@blueprint.get("/<token>/data.json")
@manage_link
def download(token: str) -> Response:
    response = Response(guest_document(proved_address(token)), mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.get("/<token>/erase")
@manage_link
def ask_erase(token: str) -> Response:
    return _erase_page(token, EraseForm())


@blueprint.post("/<token>/erase")
@manage_link
def erase(token: str) -> Any:
    email, form = proved_address(token), EraseForm()
    if not form.validate():
        return _erase_page(token, form, status=422)
    erase_address(email)
    return redirect(url_for("privacy.erased"), 303)


@blueprint.errorhandler(NotFound)
def expired(_error: NotFound) -> Any:
    """The same page for links that are expired or invalid, or whose data are erased; a second click on "erase" also
    ends here."""
    return to_what_was_meant() or (render_template("privacy/expired.html"), 404)


@blueprint.get("/erased")
@public
def erased() -> str:
    return render_template("privacy/erased.html")


def _erase_page(token: str, form: EraseForm, *, status: int = 200) -> Response:
    email = proved_address(token)
    coming = coming_bookings(email)
    values = {"form": form, "token": token, "email": email, "coming": coming}
    return make_response(render_template("privacy/erase.html", **values), status)
