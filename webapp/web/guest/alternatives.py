"""Alternatives for a guest whose time has just been taken, offered as choices within the form they have filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from babel import Locale

from webapp.domain.availability import instants
from webapp.domain.availability.by_date import by_local_date
from webapp.domain.availability.instants import DAY_SECONDS, day_start, local_date
from webapp.domain.availability.offers import Offer
from webapp.domain.availability.search import ListOffers, next_offer
from webapp.web.guest import words
from webapp.web.guest.query import format_start
from webapp.words import formats

DAYS_AHEAD = 21
MOST_DAYS = 3


@dataclass(frozen=True, slots=True)
class AlternativeDay:
    """`times`: (field value, label) for each time."""

    label: str
    times: Sequence[tuple[str, str]]


def alternative_days(
    ahead: ListOffers, now: int, start: int, *, time_zone: str, locale: Locale
) -> list[AlternativeDay]:
    """The free times on the guest's date of `start` and on the following dates that have any; if there are none, the
    next free time at all."""
    first = day_start(time_zone, local_date(time_zone, start))
    found = ahead(first, first + DAYS_AHEAD * DAY_SECONDS)
    if not found:
        coming = next_offer(ahead, now, first)
        found = [coming] if coming else []
    return list(islice(_days(found, time_zone, locale), MOST_DAYS))


def _days(offers: Sequence[Offer], time_zone: str, locale: Locale) -> Iterator[AlternativeDay]:
    zone = instants.zone(time_zone)
    for day, found in by_local_date(offers, time_zone).items():
        moments = [datetime.fromtimestamp(offer.start, zone) for offer in found]
        labels = [formats.format_time(moment, time_zone, locale) for moment in moments]
        yield AlternativeDay(
            words.day_and_month(day, locale),
            [(format_start(offer.start), label) for offer, label in zip(found, labels, strict=True)],
        )
