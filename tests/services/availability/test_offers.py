"""Listing and booking agree: listed starts can be booked, all others are refused with the rule that excludes them."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.builders import Build, calendar, tomorrow
from tests.domain.availability.builders import day_window
from tests.schedule_builders import add_schedule, book_at, content, set_schedule
from tests.web.clock_changes import next_sunday_of_change
from webapp.domain.actor import host_actor
from webapp.domain.availability.instants import DAY_SECONDS, instant, to_datetime
from webapp.domain.errors import SlotUnavailable
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers
from webapp.services.availability.preview import Emptiness, schedule_preview
from webapp.services.bookings import bookings
from webapp.services.schedules import blocked_times
from webapp.services.schedules.blocked_times import NewBlockedTime

pytestmark = pytest.mark.usefixtures("context")

STEP = 15 * 60


def monday(weeks: int = 1) -> date:
    """A Monday so many weeks ahead."""
    return calendar.today + timedelta(days=7 * weeks - calendar.today.weekday())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def listed(slug: str, event_type: str, first: datetime, days: int) -> set[int]:
    start = instant(first)
    return {offer.start for offer in list_offers(find_offering(slug, event_type), start, start + days * DAY_SECONDS)}


def codes(build: Build, slug: str, event_type: str, start: int) -> tuple[str, ...]:
    """Why a start is refused; () where it books. A booking that is made is cancelled again."""
    try:
        made = book_at(slug, event_type, to_datetime(start), build)
    except SlotUnavailable as refusal:
        return refusal.reasons or ("without a reason",)
    bookings.cancel(made.uid, actor=host_actor(made.host_id))
    return ()


def situations() -> dict[str, dict[str, Any]]:
    """Rules that leave some starts of the first two days, or their meetings, in the way."""
    now, tuesday = datetime.now(UTC), monday() + timedelta(days=1)
    return {
        "plain": {},
        "buffers": {"buffer_before_minutes": 15, "buffer_after_minutes": 30},
        "increment": {"increment_minutes": 45},
        "notice": {"notice_minutes": (at(monday(), 23, 10) - now) // timedelta(minutes=1)},
        "rolling window": {"window_days": (monday() - calendar.today).days},
        "window of dates": {"window_from": tuesday, "window_to": tuesday},
        "one a day": {"max_per_day": 1},
        "three a week": {"max_per_week": 3},
        "seats": {"capacity": 2},
    }


@pytest.mark.parametrize("situation", situations())
def test_what_is_listed_books_and_what_is_not_is_refused_with_its_code(build: Build, situation: str) -> None:
    """Three days of a host with hours over midnight, a day off, meetings, blocked time."""
    rules = situations()[situation]
    host = build.host(slug="ada", time_zone="UTC")
    day = monday()
    set_schedule(build, host, "09:00-12:00 22:00-01:00", "0123456", time_zone="UTC",
                 overrides={day + timedelta(days=2): ()})  # fmt: skip
    build.event_type(host, "30min", **rules)
    if situation not in ("notice", "window of dates"):
        book_at("ada", "30min", at(day, 9), build)
    book_at("ada", "60min", at(day + timedelta(days=1), 9), build)
    away = NewBlockedTime(start=at(day, 22, 30), end=at(day, 23))
    blocked_times.block(away, host_id=host, actor=host_actor(host))

    offers = listed("ada", "30min", at(day, 0), 3)
    first = instant(at(day, 0))
    candidates = range(first, first + 3 * DAY_SECONDS, STEP)
    rng = random.Random(7)
    tried = rng.sample(sorted(offers), min(len(offers), 8)) + rng.sample(sorted(set(candidates) - offers), 25)
    refusals = {start: codes(build, "ada", "30min", start) for start in tried}
    assert {start for start, reasons in refusals.items() if not reasons} == offers & set(tried)
    assert listed("ada", "30min", at(day, 0), 3) == offers
    assert offers


@pytest.mark.parametrize(
    ("rules", "start", "expected"),
    [
        ({}, (0, 9, 0), ("busy",)),
        ({}, (0, 13, 0), ("hours",)),
        ({}, (0, 9, 10), ("hours", "busy")),
        ({"buffer_before_minutes": 30}, (0, 9, 30), ("buffer",)),
        ({}, (2, 9, 0), ("override",)),
        ({}, (3, 9, 0), ("holiday",)),
        ({}, (4, 10, 0), ("blocked",)),
        ({"notice_minutes": 60 * 24 * 60}, (1, 9, 0), ("notice",)),
        ({"window_days": 1}, (1, 9, 0), ("window",)),
        ({"max_per_day": 1}, (0, 11, 0), ("limit_day",)),
        ({"max_per_week": 1}, (1, 11, 0), ("limit_week",)),
    ],
)
def test_each_rule_has_its_code(
    build: Build, monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any], start: tuple[int, int, int], expected: Any
) -> None:
    host = build.host(slug="ada", time_zone="UTC")
    day = monday()
    monkeypatch.setattr(
        "webapp.services.schedules.holidays.public_holidays",
        lambda *_region: {day + timedelta(days=3): "Founders' Day"},
    )
    from webapp.services.schedules.holidays import observed_holidays

    observed_holidays.cache_clear()
    set_schedule(build, host, "09:00-12:00", "0123456", time_zone="UTC", holiday_country="DE",
                 overrides={day + timedelta(days=2): ()})  # fmt: skip
    book_at("ada", "30min", at(day, 9), build)
    away = NewBlockedTime(start=at(day + timedelta(days=4), 9, 30), end=at(day + timedelta(days=4), 11))
    blocked_times.block(away, host_id=host, actor=host_actor(host))
    build.event_type(host, "30min", **rules)
    wanted = at(day + timedelta(days=start[0]), start[1], start[2])
    assert codes(build, "ada", "30min", instant(wanted)) == expected
    observed_holidays.cache_clear()


def test_a_published_slot_keeps_its_buffers_and_its_start(build: Build) -> None:
    """It was free when a meeting before it was booked, which is in the way of the buffer that it was published with."""
    host, day = build.host(slug="ada", time_zone="UTC"), monday(2)
    set_schedule(build, host, "09:00-12:00", "0", time_zone="UTC")
    build.event_type(host, buffer_before_minutes=60)
    build.slot(host, at(day, 10))
    book_at("ada", "15min", at(day, 9, 15), build)
    build.event_type(host, buffer_before_minutes=0)
    ten = instant(at(day, 10))
    assert ten not in listed("ada", "30min", at(day, 0), 1)
    assert codes(build, "ada", "30min", ten) == ("buffer",)
    for start in sorted(listed("ada", "30min", at(day, 0), 1)):
        book_at("ada", "30min", to_datetime(start), build)


@pytest.mark.parametrize("in_way", ["before", "after"])
@pytest.mark.parametrize("limit", [None, 5])
def test_the_longest_buffers_are_kept(build: Build, in_way: str, limit: int | None) -> None:
    """Eight hours with a day on either side: of the meeting that is there, then of the one that is asked for."""
    host, day = build.host(slug="ada", time_zone="UTC"), monday(2)
    set_schedule(build, host, "00:00-24:00", "0123456", time_zone="UTC")
    most = {"increment_minutes": 15, "buffer_before_minutes": 1440, "buffer_after_minutes": 1440}
    build.event_type(host, "60min", **most, duration_minutes=480, max_per_day=limit)
    build.event_type(host, "30min", **most, max_per_day=limit)
    there, asked = ("60min", "30min") if in_way == "before" else ("30min", "60min")
    book_at("ada", there, at(day, 0), build)
    ahead = timedelta(days=2, hours=8) if in_way == "before" else -timedelta(days=2, hours=8)
    free = instant(at(day, 0) + ahead)
    step = STEP if in_way == "before" else -STEP
    assert codes(build, "ada", asked, free - step) == ("buffer",)
    assert codes(build, "ada", asked, free) == ()
    assert [start in listed("ada", asked, to_datetime(start), 1) for start in (free - step, free)] == [False, True]


def test_the_seats_of_a_group_go_one_by_one_and_then_it_is_full(build: Build) -> None:
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, "09:00-10:00", "0123456", time_zone="UTC")
    build.event_type(host, "60min", capacity=2)
    start = instant(at(monday(), 9))
    for _seat in range(2):
        assert start in listed("ada", "60min", at(monday(), 0), 1)
        book_at("ada", "60min", to_datetime(start), build)
    assert start not in listed("ada", "60min", at(monday(), 0), 1)
    assert "full" in codes(build, "ada", "60min", start)


def test_an_event_type_follows_the_schedule_that_it_chooses(build: Build) -> None:
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, "09:00-10:00", "0123456", time_zone="UTC")
    late = content("20:00-21:00", "0123456").weekly_hours
    evenings = add_schedule(build, host, weekly_hours=late, time_zone="UTC")
    build.event_type(host, "60min", schedule_id=evenings)
    assert listed("ada", "60min", at(monday(), 0), 1) == {instant(at(monday(), 20))}
    assert listed("ada", "30min", at(monday(), 0), 1) == {instant(at(monday(), 9)), instant(at(monday(), 9, 30))}
    assert codes(build, "ada", "60min", instant(at(monday(), 9))) == ("hours",)


# -- the preview of a schedule that is not saved


def test_the_preview_shows_what_will_be_listed(build: Build) -> None:
    host = build.host(slug="ada", time_zone="Europe/Berlin")
    typed = content("09:00-12:00 22:00-24:00", "0246", overrides={monday(): (day_window("10:00-11:00"),)})
    build.event_type(host, "60min", buffer_after_minutes=15, notice_minutes=120)
    book_slot = build.slot(host, tomorrow(9, days=4), 30)
    build.booking(book_slot)
    preview = schedule_preview(typed, host_id=host, event_type="60min")
    assert listed("ada", "60min", datetime.now(UTC), 14) == set()
    set_schedule(build, host, weekly_hours=typed.weekly_hours, overrides=typed.overrides)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    offers = listed("ada", "60min", midnight - timedelta(days=1), 16)
    within = [start for start in offers if to_datetime(start).date() <= preview.days[-1].date]
    assert preview.count > 0
    assert preview.count == len(within)


def test_the_preview_says_why_a_day_is_empty(build: Build) -> None:
    host = build.host(time_zone="UTC")
    day = monday()
    typed = content("09:00-17:00", "01234", time_zone="UTC", overrides={day: ()})
    start = at(day + timedelta(days=1), 0)
    away = NewBlockedTime(start=start, end=start + timedelta(days=1))
    blocked_times.block(away, host_id=host, actor=host_actor(host))
    days = {one.date: one for one in schedule_preview(typed, host_id=host, event_type="30min").days}
    assert days[day].emptiness is Emptiness.OVERRIDE
    assert days[day + timedelta(days=1)].emptiness is Emptiness.BLOCKED
    assert days[day + timedelta(days=2)].emptiness is None
    assert days[day + timedelta(days=2)].count == 16
    assert days[day + timedelta(days=5)].emptiness is Emptiness.CLOSED


def test_the_preview_joins_starts_of_one_window_also_with_pauses_between(build: Build) -> None:
    host = build.host(time_zone="UTC")
    build.event_type(host, "30min", increment_minutes=45)
    book_at_ten = build.slot(host, at(monday(), 10), 60)
    build.booking(book_at_ten)
    typed = content("09:00-12:00 13:00-14:00", "0123456", time_zone="UTC")
    days = {one.date: one for one in schedule_preview(typed, host_id=host, event_type="30min").days}
    spans = [tuple(to_datetime(end).strftime("%H:%M") for end in window) for window in days[monday()].windows]
    assert spans == [("09:00", "09:30"), ("11:15", "11:45"), ("13:00", "13:30")]
    free = days[monday() + timedelta(days=1)]
    assert [tuple(to_datetime(end).strftime("%H:%M") for end in window) for window in free.windows] == [
        ("09:00", "11:45"),
        ("13:00", "13:30"),
    ]
    assert free.count == 5


@pytest.mark.parametrize(("change", "hours", "expected"), [(3, 23, 5), (10, 25, 7)])
def test_the_preview_keeps_to_the_hours_that_a_night_has(
    build: Build, change: int, hours: float, expected: int
) -> None:
    """Six hours of wall time are five or seven where clocks change."""
    sunday = next_sunday_of_change(change)
    host = build.host(time_zone="Europe/Berlin")
    typed = content("00:00-06:00", "6")
    preview = schedule_preview(typed, host_id=host, event_type="60min", first=sunday - timedelta(days=1))
    found = preview.days[1]
    assert (found.date, found.hours, found.count) == (sunday, hours, expected)


def test_the_preview_of_a_host_without_event_types_is_empty(build: Build) -> None:
    host = build.host()
    build.rows("UPDATE event_type SET is_active = false WHERE host_id = :host RETURNING id", host=host)
    preview = schedule_preview(content(), host_id=host)
    assert (preview.chosen, preview.days, preview.count) == (None, (), 0)


def test_the_preview_prefers_an_event_type_that_follows_the_schedule(build: Build) -> None:
    host = build.host()
    evenings = add_schedule(build, host)
    build.event_type(host, "60min", schedule_id=evenings)
    assert [one.follows for one in schedule_preview(content(), host_id=host, schedule_id=evenings).event_types] == [
        False,
        False,
        True,
    ]
    chosen = schedule_preview(content(), host_id=host, schedule_id=evenings).chosen
    assert chosen is not None
    assert chosen.slug == "60min"
    asked = schedule_preview(content(), host_id=host, schedule_id=evenings, event_type="15min").chosen
    assert asked == replace(chosen, slug="15min", title="15 minutes", follows=False)
