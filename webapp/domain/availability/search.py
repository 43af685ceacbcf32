"""Looking ahead for free times, piece by piece, so that a host with open hours day and night costs no more than others:
their first piece has what is looked for."""

from collections.abc import Callable, Iterator, Sequence

from webapp.domain.availability.instants import DAY_SECONDS
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.offers import Offer

# Returns the offers that start in [first, last), in Unix seconds.
ListOffers = Callable[[int, int], Sequence[Offer]]

# From now on: all that can be booked (`limits.MONTHS_AHEAD`), in whichever zone the last date is.
HORIZON_SECONDS = 733 * DAY_SECONDS
FIRST_PIECE_SECONDS = 31 * DAY_SECONDS


def next_offer(offers: ListOffers, now: int, after: int) -> Offer | None:
    """The first offer that starts at `after` or later; if there is none, the first offer at all."""
    return _first(offers, max(after, now), now + HORIZON_SECONDS) or _first(offers, now, after)


def pieces(first: int, last: int) -> Iterator[Interval]:
    """[first, last) in pieces, each twice as long as the one before."""
    length = FIRST_PIECE_SECONDS
    while first < last:
        yield first, min(first + length, last)
        first, length = first + length, 2 * length


def _first(offers: ListOffers, first: int, last: int) -> Offer | None:
    return next((found[0] for piece in pieces(first, last) if (found := offers(*piece))), None)
