"""The list: look at it, put it in order, switch on and off, copy."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext

from webapp.services.event_types import archive as archived_event_types
from webapp.services.event_types import event_types
from webapp.services.shared.links import booking_page_url
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
    event_types.switch_event_type(slug, is_active=is_active, **_whose())
    done = gettext("Switched on.") if is_active else gettext("Switched off: nobody can book it now.")
    return _changed(done, focus=f"more-{slug}")


@blueprint.post("/<slug>/duplicate")
@host_required
def duplicate(slug: str) -> Any:
    copy = event_types.duplicate_event_type(slug, **_whose())
    flash(gettext("This is the copy. It is switched off: change what you want, then switch it on."), "info")
    return htmx.see_other(url_for("event_types.edit", slug=copy.content.slug))


def _whose() -> dict[str, Any]:
    return {"host_id": current_host().id, "actor": current_actor()}


def _changed(text: str, *, focus: str) -> Any:
    """The list as it is now; said aloud for htmx, shown otherwise. `focus`: the control that it was done with."""
    if htmx.wants_fragment():
        return _page(text, focus=focus)
    flash(text, "success")
    return htmx.see_other(url_for("event_types.index"))


def _page(done: str, *, focus: str = "") -> Response:
    host = current_host()
    found = [one.content for one in event_types.host_event_types(host.id)]
    urls = {one.slug: booking_page_url(host.slug, one.slug) for one in found}
    shown: dict[str, Any] = {"event_types": found, "urls": urls, "summary": summary, "done": done, "focus": focus}
    shown |= {"archived": archived_event_types.archived_event_types(host.id), "host": host}
    return page_or_fragment("event_types/index.html", "list", **shown)
