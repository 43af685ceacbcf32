"""Taking an event type away: a page that asks, and the deed; and bringing it back."""

from typing import Any

from flask import flash, render_template, url_for
from flask_babel import gettext

from webapp.services.event_types import archive as archived_event_types
from webapp.services.event_types import event_types
from webapp.web.event_types.blueprint import blueprint
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required


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


@blueprint.post("/archived/<int:event_type_id>/restore")
@host_required
def restore(event_type_id: int) -> Any:
    """By its number: several archived ones may have had the same address."""
    host = current_host()
    back = archived_event_types.restore_event_type(event_type_id, host_id=host.id, actor=current_actor())
    done = gettext("Restored: %(title)s. Nobody can book it until you switch it on.", title=back.title)
    if back.is_renamed:
        page = f"/{host.slug}/{back.slug}"
        done += " " + gettext("Another event type has its address by now; its new one is %(page)s.", page=page)
    flash(done, "success")
    return htmx.see_other(url_for("event_types.index"))
