"""/: the home page. Hosts start here; guests use their host's own URL."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from webapp.web.shared.guards import current_account, visitor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@visitor
def index() -> Any:
    """Redirects hosts to their calendar; shows everybody else a page about Openslot."""
    if current_account():
        return redirect(url_for("calendar.week"), 303)
    return render_template("home.html")
