"""What is added around Flask-Security's views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, render_template, request

from webapp.services.accounts import accounts

View = Callable[..., Any]


def confirm_by_post(confirm: View) -> View:
    """Programs that scan mail open every link in it: opening only shows a button."""

    @wraps(confirm)
    def confirm_email(token: str) -> Any:
        if request.method == "POST":
            return confirm(token)
        return render_template("security/confirm_email.html", token=token)

    return confirm_email


def needs_invitation(register: View) -> View:
    """When registration is by invitation: only with the signed link, and for the address it was made for."""

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
