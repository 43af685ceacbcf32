"""Taking an event type away: a page that asks, and the deed."""

from typing import Any

from flask import flash, render_template, url_for
from flask_babel import gettext

from webapp.services import event_types
from webapp.web import htmx
from webapp.web.event_types.blueprint import blueprint
from webapp.web.guards import current_actor, current_host, host_required


@blueprint.get("/<slug>/archive")
@host_required
def confirm_archive(slug: str) -> str:
    found = event_types.host_event_type(current_host().id, slug)
    return render_template("event_types/archive.html", event_type=found.content)


@blueprint.post("/<slug>/archive")
@host_required
def archive(slug: str) -> Any:
    host_id = current_host().id
    title = event_types.host_event_type(host_id, slug).content.title
    is_gone = event_types.delete_event_type(slug, host_id=host_id, actor=current_actor())
    done = gettext("Deleted: %(title)s.", title=title) if is_gone else gettext("Archived: %(title)s.", title=title)
    flash(done, "success")
    return htmx.see_other(url_for("event_types.index"))
