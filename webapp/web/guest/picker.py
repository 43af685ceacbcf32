"""The month and the times of a day, ready for the templates: as text, in the guest's time zone and locale.

Offers are grouped by the guest's local date after they are computed, so they are read for a longer period than the
month.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from babel import Locale
from flask_babel import gettext, ngettext

from webapp.domain.availability import instants
from webapp.domain.availability.by_date import by_local_date, padded_range
from webapp.domain.availability.instants import day_start, local_date
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.limits import MONTHS_AHEAD
from webapp.domain.availability.offers import Offer
from webapp.domain.availability.search import ListOffers, next_offer
from webapp.domain.dates import months_later
from webapp.web.guest import words
from webapp.web.guest.query import Addresses, CalendarQuery, format_start
from webapp.words import formats, zone_names

NOON, EVENING = 12, 17
FEW_TIMES = 6  # a day with no more times than this is not divided into parts


@dataclass(frozen=True, slots=True)
class Day:
    iso: str
    number: int
    url: str | None
    label: str
    is_today: bool
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Month:
    label: str
    key: str
    previous_url: str | None
    next_url: str | None
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[Day | None]]


@dataclass(frozen=True, slots=True)
class Slot:
    url: str
    starts_at: str
    label: str
    aria_label: str
    note: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The times of one day, by part of the day."""

    heading: str
    announce: str
    parts: Sequence[tuple[str | None, Sequence[Slot]]]


@dataclass(frozen=True, slots=True)
class NoTimes:
    """Shown instead of times. `url` and `link` (its text) lead to the next free times, if there are any."""

    heading: str
    url: str | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Picker:
    """`has_times`: whether the month has free times."""

    month: Month
    has_times: bool
    day: date | None
    is_day_in_query: bool
    times: Parts | None
    no_times: NoTimes | None
    zone: str
    zone_label: str
    is_zone_in_query: bool


@dataclass(frozen=True)
class View:
    """The settings with which a guest views a calendar. `links` is called only if the page is not in the cache."""

    query: CalendarQuery
    zone: str
    links: Callable[[], Addresses]
    locale: Locale
    now: int
    shows_seats: bool = False

    @cached_property
    def addresses(self) -> Addresses:
        return self.links()

    @property
    def today(self) -> date:
        return local_date(self.zone, self.now)

    @property
    def first(self) -> date:
        """The first day of the month that is shown."""
        return self.query.month or self.today.replace(day=1)

    @property
    def span(self) -> Interval:
        """A period that covers the month, in Unix seconds."""
        return padded_range(self.first, words.last_of_month(self.first))


def picker(view: View, offers: Iterable[Offer], ahead: ListOffers) -> Picker:
    """`offers`: those in `view.span`; `ahead` lists others, for a month without any."""
    first, last = view.first, words.last_of_month(view.first)
    by_date = by_local_date(offers, view.zone)
    days = {day: times for day, times in by_date.items() if first <= day <= last}
    day = view.query.day or next(iter(days), None)
    times = _times(view, day, days[day]) if day is not None and day in days else None
    return Picker(
        month=_month(view, days, day),
        has_times=bool(days),
        day=day,
        is_day_in_query=view.query.day is not None,
        times=times,
        no_times=None if times else _no_times(view, day if days else None, ahead),
        zone=view.zone,
        zone_label=zone_names.zone_label(view.zone, _noon(day or first), view.locale),
        is_zone_in_query=view.addresses.is_zone_in_query,
    )


def _month(view: View, days: Mapping[date, Sequence[Offer]], selected: date | None) -> Month:
    first, today = view.first, view.today
    this_month = today.replace(day=1)
    return Month(
        label=formats.format_month(first, view.locale),
        key=f"{first:%Y-%m}",
        previous_url=view.addresses.month(months_later(first, -1)) if first > this_month else None,
        next_url=view.addresses.month(months_later(first, 1))
        if first < months_later(this_month, MONTHS_AHEAD)
        else None,
        weekdays=words.weekdays(view.locale),
        weeks=[
            [None if day is None else _day(view, day, len(days.get(day, ())), today, selected) for day in week]
            for week in words.weeks(first, view.locale.first_week_day)
        ],
    )


def _day(view: View, day: date, count: int, today: date, selected: date | None) -> Day:
    iso, is_today = day.isoformat(), day == today
    if not count:
        return Day(iso, day.day, None, "", is_today, is_selected=False)
    label = words.day_with_count(day, count, view.locale)
    return Day(iso, day.day, view.addresses.day(iso), label, is_today, day == selected)


def _times(view: View, day: date, offers: Sequence[Offer]) -> Parts:
    name = words.day_and_month(day, view.locale)
    return Parts(
        heading=name,
        announce=words.times_on(day, len(offers), view.locale),
        parts=_by_part([(hour, _slot(view, offer, label, name)) for offer, hour, label in _labelled(view, offers)]),
    )


def _labelled(view: View, offers: Sequence[Offer]) -> list[tuple[Offer, int, str]]:
    """(offer, hour, label) for each offer; if a time occurs twice on the day, the labels include the time zone's
    abbreviation."""
    zone, locale = instants.zone(view.zone), view.locale
    moments = [datetime.fromtimestamp(offer.start, zone) for offer in offers]
    labels = [formats.format_time(moment, view.zone, locale) for moment in moments]
    twice = {label for label, count in Counter(labels).items() if count > 1}
    return [
        (offer, moment.hour, f"{label} ({moment:%Z})" if label in twice else label)
        for offer, moment, label in zip(offers, moments, labels, strict=True)
    ]


def _slot(view: View, offer: Offer, label: str, day: str) -> Slot:
    seats = offer.seats_left
    note = ngettext("one seat left", "%(num)s seats left", seats) if view.shows_seats else ""
    start = format_start(offer.start)
    return Slot(view.addresses.start(start), start, label, f"{label}, {day}", note)


def _by_part(times: Iterable[tuple[int, Slot]]) -> list[tuple[str | None, Sequence[Slot]]]:
    times = list(times)
    if len(times) <= FEW_TIMES:
        return [(None, [slot for _, slot in times])]
    parts = (
        (gettext("Morning"), [slot for hour, slot in times if hour < NOON]),
        (gettext("Afternoon"), [slot for hour, slot in times if NOON <= hour < EVENING]),
        (gettext("Evening"), [slot for hour, slot in times if hour >= EVENING]),
    )
    return [(label, slots) for label, slots in parts if slots]


def _no_times(view: View, day: date | None, ahead: ListOffers) -> NoTimes:
    """`day`: a day without free times in a month that has some; None if the whole month has none."""
    if day:
        return NoTimes(gettext("No free times on %(day)s", day=words.day_and_month(day, view.locale)))
    coming = next_offer(ahead, view.now, day_start(view.zone, view.first))
    if coming is None:
        return NoTimes(gettext("No times left"))
    next_day = local_date(view.zone, coming.start)
    return NoTimes(
        gettext("No free times in %(month)s", month=formats.format_month(view.first, view.locale)),
        view.addresses.day(next_day.isoformat()),
        gettext("Next time available: %(day)s", day=words.day_and_month(next_day, view.locale)),
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
