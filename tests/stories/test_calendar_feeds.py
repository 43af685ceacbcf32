"""Calendar programs read a host's feed: bookings are there, cancelled ones are gone (US3, "every feed")."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
import requests
from cachecontrol import CacheControl, CacheControlAdapter
from icalendar import Calendar

from tests.builders import Build, tomorrow
from tests.live import Live, Person
from tests.stories.calendar_program import CalendarProgram

DAY = tomorrow(9, days=3)


@pytest.fixture
def ada(host: int, person: Callable[[], Person]) -> Person:
    """Ada, logged in."""
    somebody = person()
    somebody.log_in("ada@example.org")
    return somebody


def feed_of(ada: Person, detail: str = "full") -> str:
    """The address that the settings page shows when a feed is made."""
    page = ada.submit("/settings/feeds", action="/settings/feeds", name="My computer", detail=detail)
    found = re.search(rf'value="({ada.live.url}/feeds/osf_[^"]+\.ics)"', page.text)
    assert found
    return found[1]


def test_a_program_that_subscribes_follows_what_happens(host: int, ada: Person, build: Build, tmp_path: Path) -> None:
    # Given a booking, and a program that subscribes to the address
    moved, stays = build.slots(host, [DAY, DAY.replace(hour=11)])
    build.slot(host, DAY.replace(hour=14))
    booking = build.booking(moved, subject="Plans, and; more 👩🏽‍💻")
    build.booking(stays, name="Petra Stays", subject="BEGIN:VEVENT")
    program = CalendarProgram(tmp_path, feed_of(ada), zone="Asia/Kathmandu")  # UTC+5:45, without summer time
    program.subscribe()
    # then it shows both, in its own zone
    assert program.sync() == ["Copying", "Copying"]
    first, second = (
        "14:45-15:15 CONFIRMED Gita Guest: Plans, and; more 👩🏽‍💻",
        "16:45-17:15 CONFIRMED Petra Stays: BEGIN:VEVENT",
    )
    assert program.entries(DAY.date()) == [first, second]
    # and nothing is new while nothing happens
    assert program.sync() == []
    # when the host moves one
    ada.submit(f"/bookings/{booking.uid}/move", action="/move", start=f"{DAY.replace(hour=14):%Y-%m-%dT%H:%M:%SZ}")
    # then it has moved
    assert len(program.sync()) > 0
    assert program.entries(DAY.date()) == [second, first.replace("14:45-15:15", "19:45-20:15")]
    # when the host cancels it
    ada.submit(f"/bookings/{booking.uid}/cancel", action="/cancel", sure="y", reason="Ill")
    # then it is gone
    assert program.sync() == ["Deleting"]
    assert program.entries(DAY.date()) == [second]


def test_on_the_day_when_clocks_change_each_meeting_is_at_its_own_time(
    host: int, ada: Person, build: Build, tmp_path: Path
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    change = next_clock_change(berlin)
    starts = [change - timedelta(minutes=30), change, change + timedelta(hours=9)]
    for slot in build.slots(host, starts):
        build.booking(slot)
    program = CalendarProgram(tmp_path, feed_of(ada), zone="Europe/Berlin")
    program.subscribe()
    program.sync()
    shown = [entry.split()[0] for entry in program.entries(change.astimezone(berlin).date())]
    ends = [start + timedelta(minutes=30) for start in starts]
    assert shown == [
        f"{start.astimezone(berlin):%H:%M}-{end.astimezone(berlin):%H:%M}"
        for start, end in zip(starts, ends, strict=True)
    ]


def next_clock_change(zone: ZoneInfo) -> datetime:
    """The first full hour, UTC, with another offset than the one before."""
    moment = DAY.replace(minute=0)
    while (moment - timedelta(hours=1)).astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
        moment += timedelta(hours=1)
    return moment


def test_a_revoked_address_tells_nothing_more(host: int, ada: Person, build: Build, tmp_path: Path) -> None:
    first, second = build.slots(host, [DAY, DAY.replace(hour=11)])
    build.booking(first)
    program = CalendarProgram(tmp_path, feed_of(ada, "busy"), zone="UTC")
    program.subscribe()
    program.sync()
    assert program.entries(DAY.date()) == ["09:00-09:30 CONFIRMED Busy"]
    link = re.search(r'href="(/settings/feeds/[^"]+/revoke)"', ada.open("/settings/feeds").text)
    assert link
    ada.submit(link[1], action="/revoke")
    build.booking(second)
    assert program.cannot_sync()
    assert program.entries(DAY.date()) == ["09:00-09:30 CONFIRMED Busy"]


class Seen(CacheControlAdapter):
    """The adapter of an HTTP cache, watched: the status of each answer that comes over the wire."""

    def __init__(self, statuses: list[int], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.statuses = statuses

    def build_response(self, request: Any, response: Any, *rest: Any, **more: Any) -> Any:
        if not (rest and rest[0]) and not more.get("from_cache"):
            self.statuses.append(response.status)
        return super().build_response(request, response, *rest, **more)


@pytest.mark.parametrize("what", ["feed", "busy times"])
def test_a_client_with_a_cache_asks_whether_there_is_news(
    host: int, ada: Person, build: Build, live: Live, what: str
) -> None:
    first_slot, second_slot = build.slots(host, [DAY, DAY.replace(hour=11)])
    build.booking(first_slot)
    ada.submit("/settings/feeds", action="/busy-times", is_public="y")
    url = feed_of(ada) if what == "feed" else f"{live.url}/ada/freebusy.ics"
    statuses: list[int] = []
    client = CacheControl(requests.Session(), adapter_class=partial(Seen, statuses))
    first, again = client.get(url, timeout=60), client.get(url, timeout=60)
    assert statuses == [200, 304]
    assert again.content == first.content
    build.booking(second_slot)
    assert client.get(url, timeout=60).content != first.content
    assert statuses == [200, 304, 200]


def test_another_library_finds_each_meeting_at_its_time(host: int, ada: Person, build: Build) -> None:
    starts = [DAY, DAY.replace(hour=11), DAY.replace(hour=15)]
    for slot in build.slots(host, starts):
        build.booking(slot)
    calendar = Calendar.from_ical(requests.get(feed_of(ada), timeout=60).content)
    found = recurring_ical_events.of(calendar).at((DAY.year, DAY.month, DAY.day))
    assert [event["DTSTART"].dt for event in found] == starts
    assert all(event["DTSTART"].dt > datetime.now(UTC) for event in found)
