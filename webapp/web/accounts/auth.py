"""Accounts over HTTP. Flask-Security does the work; this module wraps its views and redirects its mails.

A mail becomes an event in the outbox. The worker writes the mail, and creates its token only then.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, after_this_request, current_app, render_template, request
from flask_login import current_user
from flask_security import EmailValidateException, MailUtil, Security
from werkzeug.wrappers import Response

from webapp.core.config import Settings
from webapp.domain import urls
from webapp.domain.bookings import EventKind
from webapp.domain.text import TextFault
from webapp.identity import hosts, load_host
from webapp.services.accounts import accounts
from webapp.services.shared.validation import email_address
from webapp.web.accounts import forms, known_browsers
from webapp.web.accounts.guesses import limited_guesses
from webapp.web.accounts.options import MESSAGES, OPTIONS
from webapp.web.shared.guards import host_required, to_login, visitor
from webapp.web.shared.limits import limited_mail


def init_app(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(OPTIONS | MESSAGES)
    app.config["SECURITY_PASSWORD_SALT"] = settings.secret_key
    security = Security(
        app,
        hosts,
        login_form=forms.LoginForm,
        register_form=forms.RegisterForm,
        forgot_password_form=forms.ForgotPasswordForm,
        reset_password_form=forms.ResetPasswordForm,
        send_confirmation_form=forms.SendConfirmationForm,
        change_password_form=forms.ChangePasswordForm,
        verify_form=forms.VerifyForm,
        mail_util_cls=OutboxMail,
        render_template=_render,  # type: ignore[arg-type]
    )
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(load_host)
    security.unauthn_handler(lambda *_args, **_kwargs: to_login())
    _leave_out_what_slows_every_request(app, security)
    _guard_views(app)
    known_browsers.init_app(app)
    app.before_request_funcs.setdefault("security", []).append(_tidy_request)
    app.after_request_funcs.setdefault("security", []).append(_see_other)


def _leave_out_what_slows_every_request(app: Flask, security: Security) -> None:
    """Flask-Security and Flask-Login load the user, which reads the cookie and the database, before and after every
    request and for every template. Here the code that needs the user loads it. Logging in by a token in the query
    string is switched off."""
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    processors = app.template_context_processors[None]
    processors[:] = [each for each in processors if each.__module__ != "flask_login.utils"]
    app.jinja_env.globals["current_user"] = current_user
    security.login_manager._request_callback = None


def _guard_views(app: Flask) -> None:
    """Wrap each of Flask-Security's views in its guard and rate limit; a view that makes changes on GET is replaced."""
    theirs = app.view_functions
    guarded = {
        "login": visitor(limited_guesses(theirs["security.login"])),
        "logout": visitor(theirs["security.logout"]),
        "register": visitor(limited_mail("register")(needs_invitation(theirs["security.register"]))),
        "send_confirmation": visitor(limited_mail("confirm")(theirs["security.send_confirmation"])),
        "confirm_email": visitor(confirm_by_post(theirs["security.confirm_email"])),
        "forgot_password": visitor(limited_mail("reset")(theirs["security.forgot_password"])),
        "reset_password": visitor(theirs["security.reset_password"]),
        "change_password": host_required(limited_guesses(theirs["security.change_password"])),
        "verify": host_required(limited_guesses(theirs["security.verify"])),
    }
    theirs.update({f"security.{endpoint}": view for endpoint, view in guarded.items()})


def _tidy_request() -> None:
    """Accept only forms, and reject a `next` that is not a path of this application before any view uses it."""
    if request.is_json:
        abort(415)
    for given in (request.args, request.form):
        if "next" in given and urls.own_path(given["next"], "") != given["next"]:
            abort(400)


def _see_other(response: Response) -> Response:
    if response.status_code == 302 and request.method == "POST":
        response.status_code = 303
    return response


def _render(template: str, **values: Any) -> tuple[str, int]:
    """The page and its status: 422 if it shows a form with errors, otherwise 200."""
    shown = [value for name, value in values.items() if name.endswith("_form") and value is not None]
    is_refused = request.method == "POST" and any(form.errors for form in shown)
    return render_template(template, form=shown[0] if shown else None, **values), 422 if is_refused else 200


View = Callable[..., Any]


def confirm_by_post(confirm: View) -> View:
    """Following the link only shows a button, because mail scanners open every link."""

    @wraps(confirm)
    def confirm_email(token: str) -> Any:
        if request.method == "POST":
            return confirm(token)
        return render_template("security/confirm_email.html", token=token)

    return confirm_email


def needs_invitation(register: View) -> View:
    """Unless registration is open, allow it only with a signed invitation link and for the address in that link."""

    @wraps(register)
    def register_invited() -> Any:
        if current_app.extensions["settings"].registration == "open":
            return register()
        invited = accounts.invited_email(request.values.get("invitation", ""))
        typed = request.form.get("email", "").strip().lower()
        if invited is None or (request.method == "POST" and typed != invited.lower()):
            return render_template("security/invitation_needed.html"), 403
        return register()

    return register_invited


KINDS = {
    "security/email/welcome": EventKind.ACCOUNT_CONFIRM,
    "security/email/confirmation_instructions": EventKind.ACCOUNT_CONFIRM,
    "security/email/welcome_existing": EventKind.ACCOUNT_EXISTS,
    "security/email/reset_instructions": EventKind.ACCOUNT_RESET,
    "security/email/reset_notice": EventKind.ACCOUNT_PASSWORD_CHANGED,
    "security/email/change_notice": EventKind.ACCOUNT_PASSWORD_CHANGED,
}


class OutboxMail(MailUtil):
    def send_mail(self, template: str, *_rendered: Any, **context: Any) -> None:
        accounts.note(KINDS[template], host_id=context["user"].id)
        after_this_request(_commit)

    def normalize(self, email: str) -> str:
        return self.validate(email)

    def validate(self, email: str) -> str:
        try:
            return email_address(email)
        except TextFault as fault:
            raise EmailValidateException("Type an e-mail address such as name@example.org.") from fault


def _commit(response: Response) -> Response:
    hosts.commit()
    return response
