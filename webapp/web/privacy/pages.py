"""Asking for the data of an address. The answer is the same, after the same time, whether there are any or not."""

import time
from typing import Any

from flask import make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from wtforms import EmailField

from webapp.services.privacy.guests import ask_for_data
from webapp.services.shared.validation import LONGEST_EMAIL, email_address
from webapp.web.privacy.blueprint import blueprint
from webapp.web.shared.fields import Text
from webapp.web.shared.form_tokens import GuestForm
from webapp.web.shared.forms import HoneypotField
from webapp.web.shared.guards import public
from webapp.web.shared.limits import limited_mail

ANSWER_SECONDS = 0.3  # looking takes some milliseconds, and a few more where there is something to write


class AddressForm(GuestForm):
    email = EmailField(
        _l("E-mail address"),
        [Text(email_address)],
        description=_l("The one with which you booked. The link goes there."),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": LONGEST_EMAIL},
    )
    leave_empty = HoneypotField()


@blueprint.get("")
@public
def ask() -> str:
    return render_template("privacy/ask.html", form=AddressForm())


@blueprint.post("")
@public
@limited_mail
def send() -> Any:
    form, started = AddressForm(), time.monotonic()
    if not form.validate():
        return make_response(render_template("privacy/ask.html", form=form), 422)
    ask_for_data(form.email.data or "")
    time.sleep(max(0.0, started + ANSWER_SECONDS - time.monotonic()))
    return redirect(url_for("privacy.asked"), 303)


@blueprint.get("/asked")
@public
def asked() -> str:
    return render_template("privacy/asked.html")
