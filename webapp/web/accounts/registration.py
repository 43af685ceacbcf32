"""Making an account: asking for a link with an e-mail address, and choosing name, page and password behind the link.

Nothing is confirmed by following the link or pressing a button, because mail scanners open every link, and because
whoever typed the address may not be whoever reads its mail.
"""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_security.confirmable import confirm_email_token_status
from flask_security.utils import hash_password, login_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Optional

from webapp.core.db import transaction
from webapp.domain.actor import visitor_actor
from webapp.domain.errors import SlugTaken
from webapp.services.accounts import registration
from webapp.services.accounts.accounts import LONGEST_NAME
from webapp.services.accounts.registration import NewProfile
from webapp.services.shared.validation import known_address, title
from webapp.web.accounts.forms import FreeSlug, email_field, is_strong, new_password_field, password_again
from webapp.web.shared import htmx
from webapp.web.shared.fields import Text, TimeZoneField


class AddressForm(FlaskForm):  # type: ignore[misc]
    email = email_field()
    invitation = HiddenField(validators=[Optional()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if request.method == "GET":
            self.invitation.data = request.args.get("invitation", "")


class NewAccountForm(FlaskForm):  # type: ignore[misc]
    name = StringField(_l("Name"), render_kw={"autocomplete": "name"}, validators=[Text(title, LONGEST_NAME)])
    slug = StringField(
        _l("Address of your page"),
        description=_l("Small letters, digits and hyphens. Guests book you at this address."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[FreeSlug()],
    )
    time_zone = TimeZoneField(_l("Time zone"))
    password = new_password_field(_l("Password"))
    password_confirm = password_again("password")

    def __init__(self, email: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email = email

    def validate(self, **kwargs: Any) -> bool:
        is_valid: bool = super().validate(**kwargs)
        about = {"email": self.email, "name": self.name.data or "", "slug": self.slug.data or ""}
        return is_strong(self.password, **about) and is_valid

    @property
    def profile(self) -> NewProfile:
        return NewProfile(name=self.name.data or "", slug=self.slug.data or "", time_zone=self.time_zone.data or "")


def ask() -> Any:
    """Unless registration is open, only with a signed invitation link and for the address in that link."""
    form, invited = AddressForm(), registration.invited_email(request.values.get("invitation", ""))
    is_invited = invited is not None and known_address(form.email.data or "").lower() == invited.lower()
    is_open = current_app.extensions["settings"].registration == "open"
    if not (is_open or is_invited or (invited and request.method == "GET")):
        return render_template("security/invitation_needed.html"), 403
    if not form.validate_on_submit():
        return render_template("security/register_user.html", form=form), 422 if form.errors else 200
    email = form.email.data or ""
    registration.ask(email, is_invited=is_invited, actor=visitor_actor(request.remote_addr))
    flash(gettext("Nearly done. Open the link in the mail that we have just sent to %(email)s.", email=email), "info")
    return htmx.see_other(url_for("security.login"))


def ask_again() -> Any:
    form = AddressForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        registration.ask_again(email, actor=visitor_actor(request.remote_addr))
        told = gettext("If an account waits for it, a mail with a new link is on its way to %(email)s.", email=email)
        flash(told, "info")
    return render_template("security/send_confirmation.html", form=form), 422 if form.errors else 200


def confirm(token: str) -> Any:
    host, refusal = _waiting(token)
    if host is None:
        return refusal
    form = NewAccountForm(host.email)
    if form.validate_on_submit() and _made(form, host):
        flash(gettext("Your account is ready. Set the hours at which guests can book you."), "success")
        return htmx.see_other(url_for("availability.hours"))
    return render_template("security/confirm_email.html", form=form, token=token), 422 if form.errors else 200


def _waiting(token: str) -> tuple[Any, Any]:
    """The account that waits for this link, or else the answer that says why none does."""
    is_late, is_invalid, host = confirm_email_token_status(token)  # type: ignore[no-untyped-call]
    if host is not None and not is_invalid and host.confirmed_at is not None:
        flash(gettext("Your address is confirmed already. Log in."), "info")
        return None, redirect(url_for("security.login"), 303)
    if is_late or is_invalid or host is None:
        late = gettext("The link was good for two days. Ask for a new one.")
        flash(late if is_late else gettext("The link is incomplete or was used already. Ask for a new one."), "error")
        return None, redirect(url_for("security.send_confirmation"), 303)
    return host, None


def _made(form: NewAccountForm, host: Any) -> bool:
    """Whether it was, and the host is logged in."""
    password_hash = hash_password(form.password.data)
    try:
        registration.confirm(host.id, form.profile, password_hash=password_hash, client_address=request.remote_addr)
    except SlugTaken:
        form.slug.errors = [gettext("This address is taken.")]
        return False
    with transaction():
        login_user(host, authn_via=["confirm"])
    return True
