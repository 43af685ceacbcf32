"""Tokens of the forms that guests send, without a session and so without a cookie; see ADR 0020.

Token: base64url of when it was made (5 bytes, Unix seconds) and the signature of that and the path that the form is
sent to (16), 28 characters. The same for everybody at that second: it says which form of ours it is of, not whose.
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
    """A form whose token `require_form_token` has looked at; one that is too old comes back with what was typed."""

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
    """For a form that is sent to `url`; its query does not count."""
    made_at = int(time.time()).to_bytes(5)
    return base64url(made_at + signer.tag(PURPOSE, made_at + url.partition("?")[0].encode()))


def require_form_token() -> None:
    """Before any view. Ends with 400 when the token is not of this form; leaves it to GuestForm when it is too old."""
    made_at = _made_at(request.form.get(FIELD, ""), request.script_root + request.path)
    if made_at is None:
        abort(400)
    g.form_is_old = made_at + LIFETIME_SECONDS < time.time()


def _made_at(token: str, path: str) -> int | None:
    """Unix seconds; None when it is no token of a form that is sent to this path."""
    raw = from_base64url(token)
    if raw is None or not signer.verifies(PURPOSE, raw[:5] + path.encode(), raw[5:]):
        return None
    return int.from_bytes(raw[:5])
