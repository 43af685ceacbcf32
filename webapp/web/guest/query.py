"""Query parameters of the guest's pages, and the URLs of their links: below the public URL of an event type, or below
the single-use link that the guest used. Invalid parameters are ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import quote

from flask import abort, redirect, request, url_for

from webapp.core import time_zones
from webapp.domain.availability.instants import instant, to_datetime
from webapp.domain.dates import parsed_date, parsed_instant, utc_text
from webapp.services.availability.offering import Offering, find_offering
from webapp.words import zone_names


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """`month` is the first day of a month. A field is None if its parameter is missing or invalid."""

    month: date | None = None
    day: date | None = None
    zone: str | None = None


def calendar_query(arguments: Mapping[str, str]) -> CalendarQuery:
    day = parsed_date(arguments.get("day", ""))
    month = parsed_date(f"{arguments.get('month', '')}-01") or (day and day.replace(day=1))
    if day and month and day.replace(day=1) != month:
        day = None
    return CalendarQuery(month, day, zone_in(arguments))


def zone_in(arguments: Mapping[str, str]) -> str | None:
    name = arguments.get("zone", "")
    return zone_names.present_name(name) if time_zones.is_zone(name) else None


def parse_start(text: str) -> int | None:
    """Unix seconds of a text like `2027-05-04T09:00:00Z`, the format of the calendar's links."""
    moment = parsed_instant(text)
    return instant(moment) if moment else None


def format_start(start: int) -> str:
    """Unix seconds in the format of URLs and forms."""
    return utc_text(to_datetime(start))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The targets of a calendar's links, as paths: `calendar` shows a month, `choose` takes a start.

    They are built here and not by `url_for`, because a month has sixty of them.
    """

    calendar: str
    choose: str
    zone: str
    is_zone_in_query: bool

    def month(self, first: date) -> str:
        return f"{self.calendar}?month={first:%Y-%m}{self._zone()}"

    def day(self, day: str) -> str:
        """The URL of a day, given as `2027-05-04`."""
        return f"{self.calendar}?month={day[:7]}&day={day}{self._zone()}"

    def start(self, start: str) -> str:
        """The URL for choosing a start, given in the format of `format_start`."""
        return f"{self.choose}?start={start}&zone={_quoted(self.zone)}"

    def _zone(self) -> str:
        return f"&zone={_quoted(self.zone)}" if self.is_zone_in_query else ""


_quoted = lru_cache(maxsize=1024)(quote)


def offering_here(slug: str, event_type: str) -> Offering:
    """The offering at this address. One that has moved is redirected to; a form that was sent to its old address is
    accepted there, so that nothing typed is lost. Raises NotFound."""
    offering = find_offering(slug, event_type)
    if request.method != "POST" and (offering.host_slug, offering.slug) != (slug, event_type):
        redirect_here(slug=offering.host_slug, event_type=offering.slug)
    return offering


def redirect_here(**slugs: str) -> NoReturn:
    """To the same page with other slugs (307: another host may have these one day)."""
    values: dict[str, Any] = request.args.to_dict() | slugs
    abort(redirect(url_for(str(request.endpoint), **values), 307))


def link_token() -> str | None:
    """The token of the single-use link in this request's URL; None if there is none."""
    return (request.view_args or {}).get("token")


def calendar_url(offering: Offering, **query: Any) -> str:
    if token := link_token():
        return url_for("booking.once", token=token, **query)
    return url_for("booking.times", slug=offering.host_slug, event_type=offering.slug, **query)


def form_url(offering: Offering) -> str:
    if token := link_token():
        return url_for("booking.once_details", token=token)
    return url_for("booking.details", slug=offering.host_slug, event_type=offering.slug)
