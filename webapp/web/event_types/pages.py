"""The list of event types: reorder, switch on and off, duplicate, archive and restore. Also their single-use links,
which are shown only once."""

from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext

from webapp.domain.errors import Invalid
from webapp.services.event_types import archive as archived_event_types
from webapp.services.event_types import event_types
from webapp.services.event_types.single_use_links import create_link
from webapp.services.shared.links import booking_page_url, single_use_url
from webapp.web.event_types.blueprint import blueprint
from webapp.web.event_types.words import summary
from webapp.web.shared import htmx
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


@blueprint.get("")
@host_required
def index() -> Response:
    return _page("")


@blueprint.post("/<slug>/move")
@host_required
def move(slug: str) -> Any:
    to = "up" if request.form.get("to") == "up" else "down"
    event_types.move_event_type(slug, places=-1 if to == "up" else 1, **_whose())
    return _changed(gettext("Moved."), focus=f"{to}-{slug}")


@blueprint.post("/<slug>/switch")
@host_required
def switch(slug: str) -> Any:
    is_active = request.form.get("to") == "on"
    try:
        event_types.switch_event_type(slug, is_active=is_active, **_whose())
    except Invalid as fault:
        return _refused(fault)
    done = gettext("Switched on.") if is_active else gettext("Switched off: nobody can book it now.")
    return _changed(done, focus=f"more-{slug}")


@blueprint.post("/<slug>/duplicate")
@host_required
def duplicate(slug: str) -> Any:
    try:
        copy = event_types.duplicate_event_type(slug, **_whose())
    except Invalid as fault:
        return _refused(fault)
    flash(gettext("This is the copy. It is switched off: change what you want, then switch it on."), "info")
    return htmx.see_other(url_for("event_types.edit", slug=copy.content.slug))


def _whose() -> dict[str, Any]:
    return {"host_id": current_host().id, "actor": current_actor()}


def _refused(fault: Invalid) -> Any:
    """The list again, with what is wrong above it."""
    flash(" ".join(message for messages in fault.errors.values() for message in messages), "error")
    return htmx.see_other(url_for("event_types.index"))


def _changed(text: str, *, focus: str) -> Any:
    """The updated list with a message, which is announced for htmx and shown otherwise. `focus`: id of the control that
    was used."""
    if htmx.wants_fragment():
        return _page(text, focus=focus)
    flash(text, "success")
    return htmx.see_other(url_for("event_types.index"))


def _page(done: str, *, focus: str = "") -> Response:
    host = current_host()
    contents = [one.content for one in event_types.host_event_types(host.id)]
    urls = {one.slug: booking_page_url(host.slug, one.slug) for one in contents}
    page_values: dict[str, Any] = {
        "event_types": contents,
        "urls": urls,
        "summary": summary,
        "done": done,
        "focus": focus,
    }
    page_values |= {"archived": archived_event_types.archived_event_types(host.id), "host": host}
    return page_or_fragment("event_types/index.html", "list", **page_values)


@blueprint.get("/<slug>/archive")
@host_required
def confirm_archive(slug: str) -> str:
    event_type = event_types.host_event_type(current_host().id, slug)
    return render_template("event_types/archive.html", event_type=event_type.content)


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
    """The event type is given by its id, because several archived ones may have had the same slug."""
    host = current_host()
    back = archived_event_types.restore_event_type(event_type_id, host_id=host.id, actor=current_actor())
    done = gettext("Restored: %(title)s. Nobody can book it until you switch it on.", title=back.title)
    if back.is_renamed:
        page = f"/{host.slug}/{back.slug}"
        done += " " + gettext("Another event type has its address by now; its new one is %(page)s.", page=page)
    flash(done, "success")
    return htmx.see_other(url_for("event_types.index"))


@blueprint.get("/<slug>/links")
@host_required
def links(slug: str) -> Response:
    return _links_page(slug, None)


@blueprint.post("/<slug>/links")
@host_required
def make_link(slug: str) -> Response:
    """Answers with the page instead of a redirect, so that the link appears in no URL and is not stored."""
    token = create_link(slug, host_id=current_host().id, actor=current_actor())
    return _links_page(slug, single_use_url(token))


def _links_page(slug: str, url: str | None) -> Response:
    event_type = event_types.host_event_type(current_host().id, slug).content
    return page_or_fragment("event_types/links.html", "links", event_type=event_type, url=url)
