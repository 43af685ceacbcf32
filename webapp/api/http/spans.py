"""`from` and `to` of a list: instants, or dates of the host's zone."""

from datetime import date, datetime, timedelta
from typing import Any

from webapp.domain.availability.instants import day_start, to_datetime
from webapp.domain.errors import Invalid
from webapp.services.bookings.lists import Span


def span_of(query: dict[str, Any], time_zone: str) -> Span:
    """Starts in [first, last); the whole of a last date is included. Raises Invalid."""
    span = Span(first=_moment(query["first"], time_zone, 0), last=_moment(query["last"], time_zone, 1))
    if span.first and span.last and _ends_before(query["last"], span.first, span.last):
        raise Invalid({"to": ["Must not be before from."]})
    return span


def _ends_before(given: date | datetime, first: datetime, last: datetime) -> bool:
    """A date is a whole day. A span of instants may be empty: a program that polls for news may ask for one."""
    return last < first if isinstance(given, datetime) else last <= first


def _moment(given: date | datetime | None, time_zone: str, days: int) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return to_datetime(day_start(time_zone, given + timedelta(days=days)))
