"""What anybody can look at: a host, and the free times of an event type. No session, no cookie, two queries."""

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.offers import Offer
from webapp.domain.text import initials
from webapp.services.accounts.public_page import public_host
from webapp.services.availability.offering import Offering, find_offering
from webapp.services.availability.offers import listing, offered
from webapp.web.guest.blueprint import blueprint
from webapp.web.guest.picker import Picker, View, picker
from webapp.web.guest.query import Addresses, CalendarQuery, calendar_query
from webapp.web.guest.urls import calendar_url, form_url, link_token
from webapp.web.shared.fields import zone_options
from webapp.web.shared.guards import public
from webapp.web.shared.i18n import current_locale
from webapp.web.shared.page_cache import kept_page_or_fragment


@blueprint.get("/<slug>")
@public
def host(slug: str) -> Response:
    found = public_host(slug)
    return make_response(render_template("booking/host.html", host=found, initials=initials(found.name)))


@blueprint.get("/<slug>/<event_type>")
@public
def times(slug: str, event_type: str) -> Response:
    """The month and the times of a day: whole, or the region that a click on a day replaces."""
    return calendar_page(find_offering(slug, event_type))


def calendar_page(offering: Offering) -> Response:
    query = calendar_query(request.args)
    view = _view(offering, query)
    found = Found(offering, view.span)
    key = None if found.key is None else (found.key, query, str(view.locale), request.path)

    def values() -> tuple[dict[str, Any], bool]:
        shown = picker(view, found)
        target = None if link_token() else "#picker"
        return {"picker": shown, "target": target, **about(offering), **zone_choice(shown)}, found.was_enough

    return kept_page_or_fragment(key, "booking/times.html", "picker", values)


class Found:
    """What is offered in a span, read at once; what is offered elsewhere is read when somebody asks."""

    def __init__(self, offering: Offering, span: Interval) -> None:
        self._listing = listing(offering, *span)
        self.key = self._listing.key
        self.was_enough = True

    def __call__(self, first: int, last: int) -> Sequence[Offer]:
        if (first, last) == (self._listing.first, self._listing.last):
            return self._listing.offers()
        self.was_enough = False
        return offered(self._listing.what, first, last)


def _view(offering: Offering, query: CalendarQuery) -> View:
    zone = query.zone or offering.host_time_zone

    def links() -> Addresses:
        return Addresses(calendar_url(offering), form_url(offering), zone, is_zone_in_query=query.zone is not None)

    return View(query, zone, links, current_locale(), offering.now, shows_seats=offering.rules.capacity > 1)


def about(offering: Offering) -> dict[str, Any]:
    """What every page of an event type says about it."""
    return {"offering": offering, "initials": initials(offering.host_name)}


def zone_choice(shown: Picker) -> dict[str, Any]:
    return {"zone_options": lambda: zone_options(shown.zone, current_locale())}
