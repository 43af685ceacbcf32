"""Single-use links of an event type: made here, shown once."""

from flask import Response

from webapp.services.event_types import event_types
from webapp.services.event_types.single_use_links import create_link
from webapp.services.shared.links import single_use_url
from webapp.web.event_types.blueprint import blueprint
from webapp.web.shared.guards import current_actor, current_host, host_required
from webapp.web.shared.htmx import page_or_fragment


@blueprint.get("/<slug>/links")
@host_required
def links(slug: str) -> Response:
    return _page(slug, None)


@blueprint.post("/<slug>/links")
@host_required
def make_link(slug: str) -> Response:
    """Answers the page itself instead of leading to one: the link is in no address and is not kept."""
    token = create_link(slug, host_id=current_host().id, actor=current_actor())
    return _page(slug, single_use_url(token))


def _page(slug: str, url: str | None) -> Response:
    found = event_types.host_event_type(current_host().id, slug).content
    return page_or_fragment("event_types/links.html", "links", event_type=found, url=url)
