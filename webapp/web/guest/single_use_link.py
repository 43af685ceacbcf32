"""/once/<token>: the calendar and the form behind a single-use link, which expires with the booking.

The token appears nowhere but in the URL: these pages are not cached or indexed and send no referrer, and they load no
fragments, so that htmx keeps no history of them.
"""

from typing import Any

from webapp.services.availability.offering import Offering, find_offering
from webapp.services.event_types.single_use_links import LinkTarget, link_target
from webapp.web.guest.blueprint import blueprint
from webapp.web.guest.book import booked, form_or_calendar, used_link
from webapp.web.guest.times import calendar_page
from webapp.web.shared.guards import manage_link
from webapp.web.shared.limits import limited_booking


@blueprint.get("/once/<token>")
@manage_link
def once(token: str) -> Any:
    target = link_target(token)
    return used_link() if target.is_used else calendar_page(_offering(target))


@blueprint.get("/once/<token>/book")
@manage_link
def once_details(token: str) -> Any:
    target = link_target(token)
    return used_link() if target.is_used else form_or_calendar(_offering(target))


@blueprint.post("/once/<token>/book")
@manage_link
@limited_booking
def once_book(token: str) -> Any:
    """Does not check first whether the link has been used: booking finds that out, and after a second click the guest
    gets their own booking."""
    return booked(_offering(link_target(token)))


def _offering(target: LinkTarget) -> Offering:
    return find_offering(target.host_slug, target.event_type_slug, has_link=True)
