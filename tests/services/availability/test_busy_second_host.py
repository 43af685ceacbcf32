"""A second host of a meeting is a row in `claim`: they are busy everywhere, just like the first host."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import Build, tomorrow
from tests.schedule_builders import book_at, content, set_schedule
from tests.services.ical.feed_reading import the_one
from webapp.core.db import session
from webapp.domain.actor import host_actor
from webapp.domain.availability.instants import instant
from webapp.domain.errors import SlotTaken
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers_on
from webapp.services.availability.preview import schedule_preview
from webapp.services.availability.why import find_any_offering, why
from webapp.services.calendar.calendar import DayCount, calendar_slots, day_counts, has_slots
from webapp.services.ical.busy_times import public_busy_times, publish_busy_times
from webapp.services.schedules.blocked_times import NewBlockedTime, block
from webapp.services.slots.plans import NewSlot
from webapp.services.slots.slots import publication_clashes

pytestmark = pytest.mark.usefixtures("context")

HOURS = "09:00-12:00"
TAKE_PART = """
INSERT INTO claim (slot_id, host_id, busy) SELECT id, :host, busy FROM slot WHERE id = :slot RETURNING slot_id
"""


@pytest.fixture
def bob(build: Build) -> int:
    """Open from 9 to 12 UTC; takes part in a meeting that a guest has booked of Ada: tomorrow, 10:00 to 10:30 UTC."""
    ada = build.host(slug="ada", time_zone="UTC")
    bob = build.host(slug="bob", time_zone="UTC")
    for host in (ada, bob):
        set_schedule(build, host, HOURS, "0123456", time_zone="UTC")
    meeting = book_at("ada", "30min", tomorrow(10), build)
    build.row(TAKE_PART, host=bob, slot=meeting.slot_id)
    return bob


def test_the_time_is_not_listed(bob: int) -> None:
    day = tomorrow().date()
    offered = list_offers_on(find_offering("bob", "30min"), day, day, time_zone="UTC")
    clocks = [f"{datetime.fromtimestamp(offer.start, UTC):%H:%M}" for offer in offered]
    assert clocks == ["09:00", "09:30", "10:30", "11:00", "11:30"]


@pytest.mark.parametrize(("buffer", "minute", "reasons"), [(0, 0, ("busy",)), (30, 30, ("buffer",)), (0, 30, ())])
def test_the_time_cannot_be_booked_and_is_explained(
    build: Build, bob: int, buffer: int, minute: int, reasons: tuple[str, ...]
) -> None:
    build.event_type(bob, buffer_before_minutes=buffer)
    start = tomorrow(10, minute)
    assert tuple(str(reason.code) for reason in why(find_any_offering("bob", "30min"), start).reasons) == reasons
    if not reasons:
        assert book_at("bob", "30min", start, build).start == start
        return
    with pytest.raises(SlotTaken) as refusal:
        book_at("bob", "30min", start, build)
    assert refusal.value.reasons == reasons


def test_a_preview_leaves_it_out(bob: int) -> None:
    preview = schedule_preview(content(HOURS, "0123456", time_zone="UTC"), host_id=bob, event_type="30min")
    assert {day.date: day.count for day in preview.days}[tomorrow().date()] == 5


def test_no_slot_is_published_in_it(bob: int) -> None:
    slots = [NewSlot(start=tomorrow(10, minute), duration_minutes=30) for minute in (0, 30)]
    clashes = publication_clashes(session(), slots, host_id=bob)
    assert [(clash.index, clash.error) for clash in clashes] == [(0, "overlap")]


def test_public_busy_times_tell_of_it(bob: int) -> None:
    publish_busy_times(host_id=bob, is_public=True, actor=host_actor(bob))
    assert public_busy_times("bob").busy == ((instant(tomorrow(10)), instant(tomorrow(10, 30))),)


def test_the_calendar_shows_it(bob: int) -> None:
    assert has_slots(bob)
    (shown,) = calendar_slots(bob, tomorrow(0), tomorrow(0, days=2))
    assert (shown.slot.start, shown.slot.end, len(shown.bookings)) == (tomorrow(10), tomorrow(10, 30), 1)
    day = tomorrow().date()
    assert day_counts(bob, "UTC", day, 1) == {day: DayCount(booked=1, available=0)}


def test_a_free_slot_of_that_time_is_covered(build: Build, bob: int) -> None:
    other = build.host()
    build.slot(bob, tomorrow(11))
    theirs = build.slot(other, tomorrow(11, 15))
    build.booking(theirs)
    build.row(TAKE_PART, host=bob, slot=theirs.id)
    shown = calendar_slots(bob, tomorrow(0), tomorrow(0, days=2))
    assert [(one.slot.start, one.is_covered) for one in shown if not one.bookings] == [(tomorrow(11), True)]


def test_the_feed_has_it(bob: int) -> None:
    assert the_one(bob)["DTSTART"] == f"{tomorrow(10):%Y%m%dT%H%M%SZ}"


def test_time_that_is_blocked_later_names_the_meeting_in_it(bob: int) -> None:
    away = NewBlockedTime(start=tomorrow(10) - timedelta(hours=1), end=tomorrow(10, 30))
    inside = block(away, host_id=bob, actor=host_actor(bob)).bookings
    assert [(one.start, one.end) for one in inside] == [(tomorrow(10), tomorrow(10, 30))]
