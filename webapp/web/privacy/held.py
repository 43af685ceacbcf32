"""What is held about an address, behind the link that was mailed to it. Following the link changes nothing."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from webapp.domain.errors import NotFound
from webapp.services.bookings.guest_access import has_begun
from webapp.services.privacy.copy import guest_document
from webapp.services.privacy.erase import erase_address
from webapp.services.privacy.guests import bookings_of_address, proved_address
from webapp.web.guest.words import when
from webapp.web.privacy.blueprint import blueprint
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.guards import manage_link, public
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.typed_addresses import to_what_was_meant
from webapp.words.answers import answered

SHOWN = 100  # bookings; the file has all of them


class EraseForm(GuestForm):
    sure = BooleanField(_l("Yes, erase my data for good"), [InputRequired(_l("Tick the box to erase your data."))])


@blueprint.get("/<token>")
@manage_link
def held(token: str) -> str:
    email = proved_address(token)
    found = bookings_of_address(email, limit=SHOWN + 1)
    shown = [
        (booking, when(booking.start, booking.end, booking.guest_time_zone, current_locale()), answered(booking))
        for booking in found[:SHOWN]
    ]
    values = {"email": email, "token": token, "bookings": shown, "has_more": len(found) > SHOWN}
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
    """The same for a link that is too old, wrong, or whose data are gone; a second click on "erase" ends here, too."""
    return to_what_was_meant() or (render_template("privacy/expired.html"), 404)


@blueprint.get("/erased")
@public
def erased() -> str:
    return render_template("privacy/erased.html")


def _erase_page(token: str, form: EraseForm, *, status: int = 200) -> Response:
    email = proved_address(token)
    coming = sum(booking.is_active and not has_begun(booking) for booking in bookings_of_address(email))
    values = {"form": form, "token": token, "email": email, "coming": coming}
    return make_response(render_template("privacy/erase.html", **values), status)
