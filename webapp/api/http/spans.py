"""`from` and `to` of a list: instants, or dates in the host's time zone."""

from datetime import date, datetime, timedelta
from typing import Any

from webapp.domain.availability.instants import day_start, to_datetime
from webapp.domain.errors import Invalid
from webapp.services.bookings.lists import Span


def span_of(query: dict[str, Any], time_zone: str) -> Span:
    """The span [first, last) for starts; if `last` is a date, that whole date is included. Raises Invalid."""
    span = Span(first=_moment(query["first"], time_zone, 0), last=_moment(query["last"], time_zone, 1))
    if span.first and span.last and _ends_before(query["last"], span.first, span.last):
        raise Invalid({"to": ["Must not be before from."]})
    return span


def _ends_before(given: date | datetime, first: datetime, last: datetime) -> bool:
    """A date means the whole day. A span of instants may be empty, because a polling client may request one."""
    return last < first if isinstance(given, datetime) else last <= first


def _moment(given: date | datetime | None, time_zone: str, days: int) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return to_datetime(day_start(time_zone, given + timedelta(days=days)))
