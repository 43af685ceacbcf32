"""Tokens of guests' forms, which need no session and so no cookie; see ADR 0020.

A token is the base64url of 5 bytes (when it was made, in Unix seconds) and 16 bytes (a signature of that time and of
the path that the form is sent to): 28 characters. Everybody gets the same token in the same second: it proves which of
our forms was sent, not whose it is.
"""

import time
from typing import Any

from flask import Flask, abort, g, request
from flask_babel import gettext
from flask_wtf import FlaskForm

from webapp.core.extensions import signer
from webapp.domain.urls import base64url, from_base64url

FIELD = "csrf_token"
PURPOSE = "guest-form"
LIFETIME_SECONDS = 24 * 3600


class GuestForm(FlaskForm):  # type: ignore[misc]
    """A form whose token `require_form_token` has checked. One that is too old is shown again as it was filled in."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False

    def validate(self, *args: Any, **options: Any) -> bool:
        is_valid: bool = super().validate(*args, **options)
        if not g.get("form_is_old"):
            return is_valid
        self.form_errors.append(
            gettext("This form was open for more than a day and was not sent: please look it over and send it again.")
        )
        return False


def init_app(app: Flask) -> None:
    app.jinja_env.globals["form_token"] = form_token


def form_token(url: str) -> str:
    """The token of a form that is sent to `url`, whose query does not matter."""
    made_at = int(time.time()).to_bytes(5)
    return base64url(made_at + signer.tag(PURPOSE, made_at + url.partition("?")[0].encode()))


def require_form_token() -> None:
    """Runs before the view. Aborts with 400 unless the token is of this form; GuestForm handles one that is too old."""
    made_at = _made_at(request.form.get(FIELD, ""), request.script_root + request.path)
    if made_at is None:
        abort(400)
    g.form_is_old = made_at + LIFETIME_SECONDS < time.time()


def _made_at(token: str, path: str) -> int | None:
    """Unix seconds; None unless it is the token of a form that is sent to this path."""
    raw = from_base64url(token)
    if raw is None or not signer.verifies(PURPOSE, raw[:5] + path.encode(), raw[5:]):
        return None
    return int.from_bytes(raw[:5])
