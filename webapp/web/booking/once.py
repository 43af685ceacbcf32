"""/once/<token>: a single-use link. Its token goes on in the session, not in addresses, until it has booked."""

from typing import Any

from flask import redirect, session, url_for

from webapp.services.offers import Offering
from webapp.services.single_use_links import link_target
from webapp.web.booking import blueprint
from webapp.web.fragments import page_or_fragment
from webapp.web.guards import manage_link

NAME = "once"
GONE = 410


@blueprint.get("/once/<token>")
@manage_link
def once(token: str) -> Any:
    target = link_target(token)
    if target.is_used:
        return used_link()
    session[NAME] = [target.host_slug, target.event_type_slug, token]
    return redirect(url_for("booking.times", slug=target.host_slug, event_type=target.event_type_slug), 303)


def link_token(what: Offering) -> str | None:
    """Of the link by which this guest came to this event type."""
    host, event_type, token = session.get(NAME) or (None, None, None)
    return token if (host, event_type) == (what.host_slug, what.slug) else None


def used_link() -> Any:
    """It has had its booking and is forgotten here, too: the same browser may come by another one."""
    session.pop(NAME, None)
    return page_or_fragment("booking/link_used.html", "booking", status=GONE)
