"""What anybody can look at: a host, and the free times of an event type. No session, no cookie, two queries."""

from functools import partial
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from webapp.services.offers import Offering, offered, offering
from webapp.services.public_pages import public_host
from webapp.web.booking import blueprint, words
from webapp.web.booking.asked import Addresses, Asked, asked
from webapp.web.booking.picker import Picker, View, picker
from webapp.web.booking.zones import zone_options
from webapp.web.fragments import page_or_fragment
from webapp.web.guards import public
from webapp.web.i18n import current_locale


@blueprint.get("/<slug>")
@public
def host(slug: str) -> Response:
    found = public_host(slug)
    return make_response(render_template("booking/host.html", host=found, initials=words.initials(found.name)))


@blueprint.get("/<slug>/<event_type>")
@public
def times(slug: str, event_type: str) -> Response:
    """The month and the times of a day: whole, or the region that a click on a day replaces."""
    what, wanted = offering(slug, event_type), asked(request.args)
    shown = shown_times(what, wanted)
    return page_or_fragment("booking/times.html", "picker", picker=shown, **about(what), **zone_choice(shown))


def shown_times(what: Offering, wanted: Asked) -> Picker:
    addresses = Addresses(
        calendar=url_for("booking.times", slug=what.host_slug, event_type=what.slug),
        choose=url_for("booking.details", slug=what.host_slug, event_type=what.slug),
        zone=wanted.zone or what.host_time_zone,
        is_zone_asked=wanted.zone is not None,
    )
    view = View(wanted, addresses, current_locale(), what.now, shows_seats=what.rules.capacity > 1)
    return picker(view, partial(offered, what))


def about(what: Offering) -> dict[str, Any]:
    """What every page of an event type says about it."""
    return {"what": what, "initials": words.initials(what.host_name)}


def zone_choice(shown: Picker) -> dict[str, Any]:
    return {"zone_options": lambda: zone_options(shown.zone, current_locale())}
