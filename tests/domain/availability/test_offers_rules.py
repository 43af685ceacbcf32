"""Rules 5 to 13: what prevents a start, and what is offered in addition to the schedule."""

from datetime import date

import pytest

from tests.domain.availability.builders import DAY, MONDAY, at, facts, group, meeting, on, published, schedule, times
from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, pending_until, without_booking
from webapp.domain.availability.offers import Offer, offer_at, offers

MORNING = schedule("09:00-12:00")
NINE, TEN, ELEVEN = "2027-03-01 09:00", "2027-03-01 10:00", "2027-03-01 11:00"


def test_touching_is_not_overlapping() -> None:
    given = facts(MORNING, busy=(meeting("2027-03-01 08:00", NINE), meeting(TEN, ELEVEN)))
    assert times(on(MONDAY, given)) == ["09:00", "11:00"]


@pytest.mark.parametrize("kind", list(BusyKind))
def test_one_minute_of_any_busy_time_takes_a_start(kind: BusyKind) -> None:
    busy = Busy(at("2027-03-01 10:59"), at(ELEVEN), kind)
    assert times(on(MONDAY, facts(MORNING, busy=(busy,)))) == ["09:00", "11:00"]


def test_busy_time_without_length_takes_nothing() -> None:
    moment = Busy(at("2027-03-01 10:30"), at("2027-03-01 10:30"), BusyKind.CALENDAR)
    assert times(on(MONDAY, facts(MORNING, busy=(moment,)))) == ["09:00", "10:00", "11:00"]


def test_booking_never_moves_the_other_starts() -> None:
    given = facts(schedule("09:00-12:00"), minutes=30, increment_minutes=20, busy=(meeting(TEN, "2027-03-01 10:10"),))
    assert times(on(MONDAY, given)) == ["09:00", "09:20", "10:20", "10:40", "11:00", "11:20"]


def test_two_meetings_need_the_sum_of_their_buffers() -> None:
    hours = schedule("09:00-13:00")
    booked = meeting("2027-03-01 09:30", TEN, after=15)
    given = facts(hours, minutes=30, increment_minutes=5, buffer_before_minutes=10, busy=(booked,))
    assert times(on(MONDAY, given))[:2] == ["09:00", "10:25"]
    ahead = meeting(ELEVEN, "2027-03-01 11:30", before=20)
    given = facts(hours, minutes=30, increment_minutes=5, buffer_after_minutes=10, busy=(ahead,))
    assert [start for start in times(on(MONDAY, given)) if start < "11:30"][-1] == "10:00"


def test_buffers_may_stick_out_of_the_window() -> None:
    given = facts(schedule("09:00-10:00"), buffer_before_minutes=60, buffer_after_minutes=60)
    assert times(on(MONDAY, given)) == ["09:00"]


@pytest.mark.parametrize("kind", [BusyKind.BLOCKED, BusyKind.CALENDAR])
def test_buffers_keep_their_distance_from_all_busy_time(kind: BusyKind) -> None:
    given = facts(MORNING, buffer_after_minutes=15, busy=(Busy(at(TEN), at(ELEVEN), kind),))
    assert times(on(MONDAY, given)) == ["11:00"]


def test_notice_is_exact_to_the_second() -> None:
    hour = {"notice_minutes": 60}
    assert times(on(MONDAY, facts(MORNING, now="2027-03-01 08:00", **hour))) == ["09:00", "10:00", "11:00"]
    assert times(on(MONDAY, facts(MORNING, now="2027-03-01 08:00:01", **hour))) == ["10:00", "11:00"]


def test_what_starts_now_can_be_booked_and_what_started_cannot() -> None:
    assert times(on(MONDAY, facts(MORNING, now=TEN))) == ["10:00", "11:00"]
    assert times(on(MONDAY, facts(MORNING, now="2027-03-01 10:00:01"))) == ["11:00"]


@pytest.mark.parametrize("notice", [0, 60])
def test_a_slot_listed_less_than_a_minute_ago_is_still_accepted(notice: int) -> None:
    last_second = at(TEN) - 60 * notice
    for late, accepted in ((0, True), (60, True), (61, False)):
        given = Offer(at(TEN), at(ELEVEN), 1, None) if accepted else None
        now = facts(MORNING, notice_minutes=notice)
        later = type(now)(now.rules, last_second + late, now.schedule)
        assert offer_at(later, at(TEN)) == given


def test_a_rolling_booking_window_ends_with_a_date_of_the_schedule() -> None:
    given = facts(schedule("00:00-24:00", zone="America/New_York"), window_days=1, now="2027-03-02 04:59")
    found = offers(given, at("2027-03-01"), at("2027-03-09"))
    assert times(found[:1] + found[-1:], "America/New_York", "%d %H:%M") == ["02 00:00", "02 23:00"]


def test_a_booking_window_from_date_to_date_includes_both() -> None:
    given = facts(MORNING, window_from=date(2027, 3, 2), window_to=date(2027, 3, 3))
    days = [offer.start for offer in offers(given, at("2027-02-20"), at("2027-03-20"))]
    assert [days[0], days[-1], len(days)] == [at("2027-03-02 09:00"), at("2027-03-03 11:00"), 6]


def test_the_closer_end_of_two_booking_windows_counts() -> None:
    given = facts(MORNING, window_days=1, window_to=date(2027, 3, 9), now="2027-03-01 00:00")
    assert len(offers(given, at("2027-02-20"), at("2027-03-20"))) == 6


def test_a_limit_per_day_counts_by_the_date_of_the_schedule() -> None:
    late = at("2027-03-02 03:00")  # Monday, 22:00 in New York
    evening = schedule("20:00-24:00", zone="America/New_York")
    given = facts(evening, max_per_day=2, counted_starts=(late, late + 3600))
    found = offers(given, at("2027-03-01 12:00"), at("2027-03-03 12:00"))
    assert times(found, "America/New_York", "%d %H") == ["02 20", "02 21", "02 22", "02 23"]
    assert len(offers(facts(evening, max_per_day=3, counted_starts=(late, late)), late - DAY, late + DAY)) == 8


@pytest.mark.parametrize(("week_start", "open_days"), [(0, ["27", "28", "08"]), (6, ["27", "07", "08"])])
def test_a_limit_per_week_starts_the_week_where_the_host_does(week_start: int, open_days: list[str]) -> None:
    hours = schedule("09:00-10:00", week_start=week_start)
    given = facts(hours, max_per_week=1, counted_starts=(at("2027-03-03 09:00"),))
    found = offers(given, at("2027-02-27"), at("2027-03-09"))
    assert times(found, form="%d") == open_days


def test_a_group_with_seats_left_stays_listed_for_its_own_event_type() -> None:
    given = facts(MORNING, capacity=5, busy=(group(TEN, ELEVEN, seats_left=3),))
    assert on(MONDAY, given) == [
        Offer(at(NINE), at(TEN), 5, None),
        Offer(at(TEN), at(ELEVEN), 3, 7),
        Offer(at(ELEVEN), at("2027-03-01 12:00"), 5, None),
    ]


def test_a_group_stays_listed_off_the_grid_and_off_the_hours() -> None:
    off_grid = group("2027-03-01 10:20", "2027-03-01 11:20")
    at_night = group("2027-03-01 20:00", "2027-03-01 21:00", slot_id=8)
    assert times(on(MONDAY, facts(MORNING, busy=(at_night, off_grid)))) == ["09:00", "10:20", "20:00"]


def test_a_group_blocks_other_event_types_and_blocks_fully_when_full() -> None:
    other_type = meeting(TEN, ELEVEN, slot_id=7, capacity=5, seats_left=3)
    for busy in (other_type, group(TEN, ELEVEN, seats_left=0)):
        assert times(on(MONDAY, facts(MORNING, busy=(busy,)))) == ["09:00", "11:00"]


def test_time_blocked_over_a_group_ends_its_listing() -> None:
    blocked = Busy(at(NINE), at("2027-03-01 10:30"), BusyKind.BLOCKED)
    assert times(on(MONDAY, facts(MORNING, busy=(group(TEN, ELEVEN), blocked)))) == ["11:00"]


def test_published_slots_come_besides_the_schedule() -> None:
    given = facts(MORNING, published=(published("2027-03-01 19:10", "2027-03-01 19:40", capacity=2, seats_taken=1),))
    assert on(MONDAY, given)[-1] == Offer(at("2027-03-01 19:10"), at("2027-03-01 19:40"), 1, 3)
    assert len(on(MONDAY, given)) == 4


def test_without_a_schedule_only_published_slots_are_offered() -> None:
    assert times(on(MONDAY, facts(None, published=(published(NINE, TEN), published(ELEVEN, "2027-03-01 12:00"))))) == [
        "09:00",
        "11:00",
    ]


def test_a_published_slot_at_a_start_of_the_schedule_is_listed_once_with_its_row() -> None:
    found = on(MONDAY, facts(MORNING, published=(published(TEN, "2027-03-01 10:30"),)))
    assert [offer.slot_id for offer in found] == [None, 3, None]
    assert found[1].end == at("2027-03-01 10:30")


def test_what_stands_against_a_published_slot_closes_its_start_of_the_schedule() -> None:
    """The start has a row, and could not be booked without it."""
    lunch = Busy(at(ELEVEN), at("2027-03-01 12:00"), BusyKind.CALENDAR)
    given = facts(MORNING, published=(published(TEN, "2027-03-01 11:30"),), busy=(lunch,))
    assert times(on(MONDAY, given)) == ["09:00"]


@pytest.mark.parametrize(
    "changes",
    [
        {"notice_minutes": 60, "now": "2027-03-01 09:01"},
        {"window_to": date(2027, 2, 28)},
        {"max_per_day": 1, "counted_starts": (at("2027-03-01 20:00"),)},
        {"busy": (Busy(at("2027-03-01 10:59"), at(ELEVEN), BusyKind.BLOCKED),)},
        {"busy": (Busy(at(ELEVEN), at("2027-03-01 11:01"), BusyKind.CALENDAR),)},
        {"busy": (meeting("2027-03-01 09:00", "2027-03-01 09:50"),)},
        {"is_active": False},
    ],
)
def test_published_slots_obey_all_rules_but_the_hours(changes: dict[str, object]) -> None:
    slot = published(TEN, ELEVEN, before=15, after=15)
    assert times(on(MONDAY, facts(None, published=(slot,)))) == ["10:00"]
    assert on(MONDAY, facts(None, published=(slot,), **changes)) == []


def test_a_taken_published_slot_is_listed_by_its_seats() -> None:
    slot = published(TEN, ELEVEN, slot_id=7, capacity=5, seats_taken=2)
    assert on(MONDAY, facts(None, published=(slot,), busy=(group(TEN, ELEVEN),))) == [Offer(at(TEN), at(ELEVEN), 3, 7)]
    full = published(TEN, ELEVEN, slot_id=7, capacity=5, seats_taken=5)
    assert on(MONDAY, facts(None, published=(full,), busy=(group(TEN, ELEVEN, seats_left=0),))) == []


def test_a_pending_booking_is_busy_for_a_day_or_until_its_notice() -> None:
    asked = at("2027-03-01 09:00")
    assert pending_until(asked, asked + 10 * DAY, 120) == asked + DAY
    assert pending_until(asked, asked + DAY, 120) == asked + DAY - 7200


def test_a_reschedule_is_not_in_its_own_way() -> None:
    own = meeting(TEN, ELEVEN, before=30, after=30, slot_id=9)
    given = facts(MORNING, increment_minutes=30, max_per_day=1, busy=(own,), counted_starts=(at(TEN),))
    assert on(MONDAY, given) == []
    moved = without_booking(given, slot_id=9, start=at(TEN))
    assert times(on(MONDAY, moved)) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert moved.counted_starts == ()


def test_a_guest_who_leaves_a_group_frees_one_seat_only() -> None:
    given = facts(MORNING, busy=(group(TEN, ELEVEN, capacity=5, seats_left=0), meeting(NINE, TEN, slot_id=1)))
    left = without_booking(given, slot_id=7, start=at(TEN))
    assert on(MONDAY, left)[0] == Offer(at(TEN), at(ELEVEN), 1, 7)
    assert left.busy[1] == given.busy[1]


def test_the_last_guest_of_a_published_slot_frees_it() -> None:
    slots = published(TEN, ELEVEN, slot_id=7, seats_taken=1), published(NINE, TEN, slot_id=8, seats_taken=1)
    taken = group(TEN, ELEVEN, capacity=1, seats_left=0)
    left = without_booking(facts(None, published=slots, busy=(taken,)), slot_id=7, start=at(TEN))
    assert on(MONDAY, left) == [Offer(at(TEN), at(ELEVEN), 1, 7)]


def test_an_inactive_event_type_offers_nothing() -> None:
    assert on(MONDAY, facts(MORNING, is_active=False)) == []


def test_only_starts_in_the_range_are_listed() -> None:
    assert times(offers(facts(MORNING), at(NINE) + 1, at(ELEVEN))) == ["10:00"]
    assert offers(facts(MORNING), at(ELEVEN), at(NINE)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"duration_minutes": 0},
        {"increment_minutes": 0},
        {"max_per_day": 0},
        {"max_per_week": 0},
        {"capacity": 0},
        {"buffer_before_minutes": -1},
        {"buffer_after_minutes": -1},
        {"notice_minutes": -1},
        {"window_days": -1},
    ],
)
def test_rules_without_sense_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"not negative|at least"):
        EventTypeRules(**{"duration_minutes": 30, **changes})
