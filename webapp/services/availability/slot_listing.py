"""The slots of an event type between two dates of some zone: what guests see, for the command line and the API."""

from datetime import date, timedelta

from webapp.domain.availability.instants import day_start
from webapp.domain.availability.offers import Offer
from webapp.services.availability.offers import Listing, Offering, listing


def offers_on(what: Offering, first: date, last: date, *, time_zone: str) -> list[Offer]:
    """Offers that start on the local dates first..last, both included, as of `what.now`."""
    return listing_on(what, first, last, time_zone=time_zone).offers()


def listing_on(what: Offering, first: date, last: date, *, time_zone: str) -> Listing:
    """As `offers_on`, not yet worked out."""
    return listing(what, day_start(time_zone, first), day_start(time_zone, last + timedelta(days=1)))
