"""/: the way in for hosts; guests come by their host's own address."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from webapp.web.shared.guards import current_account, visitor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@visitor
def index() -> Any:
    """Hosts go on to their calendar, everybody else reads what this is."""
    if current_account():
        return redirect(url_for("calendar.week"), 303)
    return render_template("home.html")
