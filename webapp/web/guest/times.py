"""The public pages of a host and of the free times of an event type. No session, no cookie, two queries."""

from typing import Any

from flask import Response, make_response, render_template, request

from webapp.domain.text import initials
from webapp.services.accounts.public_page import public_host
from webapp.services.availability.offering import Offering
from webapp.services.availability.offers import list_ahead, read_availability
from webapp.web.guest.blueprint import blueprint
from webapp.web.guest.picker import Picker, View, picker
from webapp.web.guest.query import (
    Addresses,
    CalendarQuery,
    calendar_query,
    calendar_url,
    form_url,
    link_token,
    offering_here,
    redirect_here,
)
from webapp.web.shared.fields import zone_options
from webapp.web.shared.guards import public
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.page_cache import cached_page_or_fragment


@blueprint.get("/<slug>")
@public
def host(slug: str) -> Response:
    profile = public_host(slug)
    if profile.slug != slug:
        redirect_here(slug=profile.slug)
    return make_response(render_template("booking/host.html", host=profile, initials=initials(profile.name)))


@blueprint.get("/<slug>/<event_type>")
@public
def times(slug: str, event_type: str) -> Response:
    """The month and the times of a day: the whole page, or for htmx the region that a click on a day replaces."""
    return calendar_page(offering_here(slug, event_type))


def calendar_page(offering: Offering) -> Response:
    query = calendar_query(request.args)
    view = _view(offering, query)
    month = read_availability(offering, *view.span)
    key = None if month.key is None else (month.key, query, str(view.locale), request.path)

    def values() -> tuple[dict[str, Any], bool]:
        calendar = picker(view, month.offers(), list_ahead(offering))
        target = None if link_token() else "#picker"
        # An empty month shows the next free time in another month, which the key does not cover.
        return {"picker": calendar, "target": target, **about(offering), **zone_choice(calendar)}, calendar.has_times

    return cached_page_or_fragment(key, "booking/times.html", "picker", values)


def _view(offering: Offering, query: CalendarQuery) -> View:
    zone = query.zone or offering.host_time_zone

    def links() -> Addresses:
        return Addresses(calendar_url(offering), form_url(offering), zone, is_zone_in_query=query.zone is not None)

    return View(query, zone, links, current_locale(), offering.now, shows_seats=offering.rules.capacity > 1)


def about(offering: Offering) -> dict[str, Any]:
    """Template values that every page of an event type needs."""
    return {"offering": offering, "initials": initials(offering.host_name)}


def zone_choice(calendar: Picker) -> dict[str, Any]:
    return {"zone_options": lambda: zone_options(calendar.zone, current_locale())}
