"""Accounts over HTTP. Flask-Security does the work; this module wraps its views and redirects its mails.

A mail becomes an event in the outbox. The worker writes the mail, and creates its token only then.
"""

from typing import Any

from flask import Flask, abort, after_this_request, render_template, request
from flask_login import current_user
from flask_security import EmailValidateException, MailUtil, Security
from werkzeug.wrappers import Response

from webapp.core.config import Settings
from webapp.core.db import session
from webapp.domain import urls
from webapp.domain.bookings import EventKind
from webapp.domain.text import TextFault
from webapp.identity import hosts, load_host
from webapp.services.shared import outbox
from webapp.services.shared.validation import email_address
from webapp.web.accounts import forms, known_browsers, passwords, registration
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
        reset_password_form=forms.ResetPasswordForm,
        change_password_form=forms.ChangePasswordForm,
        verify_form=forms.VerifyForm,
        mail_util_cls=OutboxMail,
        password_util_cls=passwords.PasswordRules,
        render_template=_render,  # type: ignore[arg-type]
    )
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(load_host)
    security.unauthn_handler(lambda *_args, **_kwargs: to_login())
    _leave_out_what_slows_every_request(app, security)
    _guard_views(app)
    known_browsers.init_app(app)
    passwords.init_app(app)
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
        "register": visitor(limited_mail("register")(registration.ask)),
        "send_confirmation": visitor(limited_mail("confirm")(registration.ask_again)),
        "confirm_email": visitor(registration.confirm),
        "forgot_password": visitor(limited_mail("reset")(passwords.ask_reset)),
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


class OutboxMail(MailUtil):
    """Flask-Security has one mail left to send: the password has changed."""

    def send_mail(self, *_rendered: Any, **context: Any) -> None:
        outbox.record(session(), EventKind.ACCOUNT_PASSWORD_CHANGED, host_id=context["user"].id)
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
