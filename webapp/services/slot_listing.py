"""The slots of an event type between two dates of some zone: what guests see, for the command line and the API."""

from datetime import date, timedelta

from webapp.domain.availability import Offer
from webapp.domain.instants import day_start
from webapp.services.offers import Offering, offered


def offers_on(what: Offering, first: date, last: date, *, time_zone: str) -> list[Offer]:
    """Offers that start on the local dates first..last, both included, as of `what.now`."""
    return offered(what, day_start(time_zone, first), day_start(time_zone, last + timedelta(days=1)))
