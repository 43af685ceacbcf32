"""Reads a host's feed as a calendar program does."""

from datetime import datetime

from tests.services.ical.ics_rules import Line
from tests.services.ical.publish_rules import events_of, feed_faults, property_of
from webapp.domain.actor import host_actor
from webapp.services.ical.bookings_feed import Words, bookings_calendar
from webapp.services.ical.feeds import Detail, FeedReader
from webapp.services.schedules import blocked_times
from webapp.words.answers import answered

WORDS = Words(calendar_name="Bookings", busy="Busy", blocked="Blocked time", pending="pending", answered=answered)


def reader(host: int, detail: Detail = Detail.FULL) -> FeedReader:
    return FeedReader(
        feed_id=1, detail=detail, host_id=host, host_slug="ada", host_name="Ada Lovelace", host_email="ada@example.org"
    )


def feed(host: int, detail: Detail = Detail.FULL) -> bytes:
    return bookings_calendar(reader(host, detail), WORDS)


def shown(host: int, detail: Detail = Detail.FULL) -> list[list[Line]]:
    """The events of a feed, which keeps the rules, by start."""
    content = feed(host, detail)
    assert feed_faults(content) == []
    return sorted(events_of(content), key=lambda one: property_of(one, "DTSTART"))


def the_one(host: int, detail: Detail = Detail.FULL) -> dict[str, str]:
    (found,) = shown(host, detail)
    return {line.name: line.value for line in found}


def block(host: int, start: datetime, end: datetime, note: str = "") -> None:
    new = blocked_times.NewBlockedTime(start=start, end=end, note=note)
    blocked_times.block(new, host_id=host, actor=host_actor(host))
