"""Every reader of busy time reads every source: one added to the tuple takes effect everywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal

from tests.builders import Build, tomorrow
from tests.schedule_builders import book_at, content, set_schedule
from webapp.core.db import session
from webapp.domain.actor import host_actor
from webapp.domain.availability.facts import BusyKind
from webapp.domain.availability.instants import instant
from webapp.domain.errors import SlotUnavailable
from webapp.services.availability import busy
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers_on
from webapp.services.availability.preview import schedule_preview
from webapp.services.availability.why import find_any_offering, why
from webapp.services.bookings import bookings
from webapp.services.bookings.guest_access import list_offers_to_move
from webapp.services.ical.busy_times import public_busy_times, publish_busy_times
from webapp.services.slots.plans import NewSlot
from webapp.services.slots.slots import publication_clashes

pytestmark = pytest.mark.usefixtures("context")

HOURS = "09:00-12:00"
START, END = 10, 11  # of tomorrow, UTC: what the added source says is busy


@pytest.fixture
def ada(build: Build, monkeypatch: pytest.MonkeyPatch) -> int:
    """Open from 9 to 12 UTC, half an hour each. A source besides those of the product says that she is busy at 10."""
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, HOURS, "0123456", time_zone="UTC")
    start, end = literal(tomorrow(START)), literal(tomorrow(END))
    added = busy.source(BusyKind.CALENDAR, start, end).where(
        literal(host) == busy.HOST, end > busy.FIRST, start < busy.LAST
    )
    monkeypatch.setattr(busy, "SOURCES", (*busy.SOURCES, added))
    return host


def clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M}"


FREE = ["09:00", "09:30", "11:00", "11:30"]


def test_a_listing_leaves_it_out(ada: int) -> None:
    day = tomorrow().date()
    offered = list_offers_on(find_offering("ada", "30min"), day, day, time_zone="UTC")
    assert [clock(offer.start) for offer in offered] == FREE


def test_it_cannot_be_booked(build: Build, ada: int) -> None:
    with pytest.raises(SlotUnavailable) as refusal:
        book_at("ada", "30min", tomorrow(START), build)
    assert refusal.value.reasons == ("calendar",)
    assert book_at("ada", "30min", tomorrow(END), build).start == tomorrow(END)


def test_a_booking_can_neither_be_moved_there_nor_is_it_offered_to(build: Build, ada: int) -> None:
    booking = book_at("ada", "30min", tomorrow(9), build)
    day = instant(tomorrow(0)), instant(tomorrow(0, days=2))
    moves = list_offers_to_move(find_offering("ada", "30min"), booking, *day)
    assert [clock(offer.start) for offer in moves] == FREE[1:]
    with pytest.raises(SlotUnavailable):
        bookings.reschedule(booking.uid, tomorrow(START), actor=host_actor(ada))


def test_it_is_the_reason_that_is_given(ada: int) -> None:
    answer = why(find_any_offering("ada", "30min"), tomorrow(START, 30))
    assert [(reason.code, reason.start, reason.end) for reason in answer.reasons] == [
        ("calendar", instant(tomorrow(START)), instant(tomorrow(END)))
    ]


def test_a_preview_leaves_it_out(ada: int) -> None:
    preview = schedule_preview(content(HOURS, "0123456", time_zone="UTC"), host_id=ada, event_type="30min")
    counts = {day.date: day.count for day in preview.days}
    assert counts[tomorrow().date()] == len(FREE)
    assert counts[tomorrow(days=2).date()] == len(FREE) + 2


def test_no_slot_is_published_in_it(ada: int) -> None:
    slots = [NewSlot(start=tomorrow(9) + timedelta(minutes=30 * number), duration_minutes=30) for number in range(6)]
    clashes = publication_clashes(session(), slots, host_id=ada)
    assert [(clash.index, clash.error) for clash in clashes] == [(2, "overlap"), (3, "overlap")]


def test_public_busy_times_tell_of_it(ada: int) -> None:
    publish_busy_times(host_id=ada, is_public=True, actor=host_actor(ada))
    assert public_busy_times("ada").busy == ((instant(tomorrow(START)), instant(tomorrow(END))),)


def test_another_host_is_not_busy(build: Build, ada: int) -> None:
    other = build.host(slug="bob", time_zone="UTC")
    set_schedule(build, other, HOURS, "0123456", time_zone="UTC")
    assert book_at("bob", "30min", tomorrow(START), build).start == tomorrow(START)
