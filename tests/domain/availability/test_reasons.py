"""Rule 15: each code, its figures, and which codes are given together."""

from datetime import date, timedelta

import pytest

from tests.domain.availability.builders import (
    MONDAY,
    at,
    codes,
    day_window,
    facts,
    group,
    meeting,
    published,
    schedule,
)
from webapp.domain.availability.facts import Busy, BusyKind, Facts
from webapp.domain.availability.reasons import Reason, ReasonCode, reasons

MORNING = schedule("09:00-12:00")
TUESDAY = MONDAY + timedelta(days=1)
NINE, TEN, ELEVEN, NOON = (f"2027-03-01 {hour:02}:00" for hour in range(9, 13))


def the_reason(given: Facts, start: str = TEN) -> Reason:
    (reason,) = reasons(given, at(start))
    return reason


def test_what_is_offered_has_no_reason() -> None:
    assert codes(facts(MORNING), TEN) == []


def test_past() -> None:
    given = facts(MORNING, now="2027-03-01 10:00:01", notice_minutes=60)
    assert the_reason(given) == Reason(ReasonCode.PAST, start=given.now)


def test_notice() -> None:
    given = facts(MORNING, now="2027-03-01 09:30", notice_minutes=60)
    assert the_reason(given) == Reason(ReasonCode.NOTICE, start=at("2027-03-01 10:30"), limit=60)


@pytest.mark.parametrize("notice", [0, 60])
def test_what_was_just_listed_is_neither_past_nor_too_soon(notice: int) -> None:
    expected = ["notice"] if notice else ["past"]
    now = at(TEN) - 60 * notice + 60
    given = facts(MORNING, notice_minutes=notice)
    late = Facts(given.rules, now, MORNING)
    assert codes(late, TEN) == expected
    assert codes(late, TEN, listed_grace_seconds=60) == []
    assert codes(Facts(given.rules, now + 1, MORNING), TEN, listed_grace_seconds=60) == expected


def test_window_that_rolls() -> None:
    given = facts(MORNING, window_days=3, now="2027-02-20 12:00")
    assert the_reason(given) == Reason(ReasonCode.WINDOW, end=at("2027-02-24"), limit=3)


def test_window_of_dates() -> None:
    given = facts(MORNING, window_from=date(2027, 3, 2), window_to=date(2027, 3, 3))
    assert the_reason(given) == Reason(ReasonCode.WINDOW, start=at("2027-03-02"), end=at("2027-03-04"))


@pytest.mark.parametrize("window", [{}, {"window_days": 3650}])
def test_nothing_is_offered_after_two_years_whatever_the_window(window: dict[str, int]) -> None:
    given = facts(MORNING, **window, now="2026-02-28 12:00")
    assert the_reason(given, "2028-02-29 09:00") == Reason(ReasonCode.WINDOW, end=at("2028-02-29"))
    assert codes(given, "2028-02-28 09:00") == []


def test_hours_when_closed() -> None:
    assert the_reason(facts(MORNING), "2027-03-01 20:00") == Reason(ReasonCode.HOURS, limit=60)


@pytest.mark.parametrize("start", ["2027-03-01 09:30", "2027-03-01 11:01"])
def test_hours_when_off_the_grid_or_too_close_to_the_end(start: str) -> None:
    given = facts(MORNING, increment_minutes=60)
    assert the_reason(given, start) == Reason(ReasonCode.HOURS, start=at(NINE), end=at(NOON), limit=60)


def test_hours_of_a_schedule_that_never_closes_follow_the_grid_of_the_day() -> None:
    always = facts(schedule("00:00-24:00"), minutes=50)
    assert codes(always, "2027-03-01 00:10") == ["hours"]  # 29 times 50 minutes after the midnight before
    assert codes(always, "2027-03-01 00:50") == []


def test_hours_without_a_schedule() -> None:
    assert codes(facts(None), TEN) == ["hours"]


def test_override() -> None:
    given = facts(schedule("09:00-12:00", overrides={MONDAY: (day_window("10:00-11:30"),)}))
    assert the_reason(given, NINE) == Reason(ReasonCode.OVERRIDE, on=MONDAY)
    assert the_reason(given, ELEVEN) == Reason(ReasonCode.OVERRIDE, on=MONDAY)
    assert codes(given, "2027-03-01 10:10") == ["hours"]
    assert codes(given, TEN) == []


def test_holiday() -> None:
    given = facts(schedule("09:00-12:00", holidays={MONDAY: "Founders' Day"}))
    assert the_reason(given) == Reason(ReasonCode.HOLIDAY, on=MONDAY, name="Founders' Day")


def test_an_override_of_the_night_before_is_named_by_its_own_date() -> None:
    night = schedule("22:00-02:00", overrides={MONDAY: ()})
    assert the_reason(facts(night), "2027-03-02 01:00") == Reason(ReasonCode.OVERRIDE, on=MONDAY)
    assert codes(facts(night), "2027-03-02 03:00") == ["hours"]


@pytest.mark.parametrize("start", ["2027-03-01 09:30", "2027-03-01 10:45"])
def test_busy(start: str) -> None:
    given = facts(MORNING, minutes=15, increment_minutes=15, busy=(meeting(NINE, ELEVEN, before=15, after=15),))
    assert the_reason(given, start) == Reason(ReasonCode.BUSY, start=at(NINE), end=at(ELEVEN))


def test_buffer() -> None:
    booked = meeting(ELEVEN, NOON, before=5)
    assert the_reason(facts(MORNING, busy=(booked,))) == Reason(ReasonCode.BUFFER, start=booked.start, end=booked.end)
    own = facts(MORNING, buffer_after_minutes=5, busy=(Busy(at(ELEVEN), at(NOON), BusyKind.BLOCKED),))
    assert codes(own, TEN) == ["buffer"]


@pytest.mark.parametrize("kind", [BusyKind.BLOCKED, BusyKind.CALENDAR])
def test_blocked_and_calendar(kind: BusyKind) -> None:
    given = facts(MORNING, busy=(Busy(at(TEN), at(ELEVEN), kind),))
    assert the_reason(given) == Reason(ReasonCode(kind), start=at(TEN), end=at(ELEVEN))


def test_limit_day_and_limit_week() -> None:
    starts = (at("2027-03-01 20:00"), at("2027-03-01 21:00"), at("2027-03-03 20:00"))
    given = facts(MORNING, max_per_day=2, max_per_week=3, counted_starts=starts)
    assert reasons(given, at(TEN)) == [
        Reason(ReasonCode.LIMIT_DAY, limit=2, count=2, on=MONDAY),
        Reason(ReasonCode.LIMIT_WEEK, limit=3, count=3, on=MONDAY),
    ]
    assert codes(given, "2027-03-02 10:00") == ["limit_week"]
    assert codes(given, "2027-03-08 10:00") == []


def test_full() -> None:
    given = facts(MORNING, capacity=5, busy=(group(TEN, ELEVEN, seats_left=0),))
    assert the_reason(given) == Reason(ReasonCode.FULL, start=at(TEN), end=at(ELEVEN), limit=5)
    assert codes(facts(MORNING, increment_minutes=30, busy=given.busy), "2027-03-01 10:30") == ["busy"]


def test_a_taken_slot_for_one_is_busy_rather_than_full() -> None:
    given = facts(MORNING, busy=(group(TEN, ELEVEN, capacity=1, seats_left=0),))
    assert codes(given, TEN) == ["busy"]


def test_a_full_published_slot() -> None:
    slot = published(TEN, ELEVEN, capacity=2, seats_taken=2)
    assert codes(facts(None, published=(slot,)), TEN) == ["full"]


def test_inactive() -> None:
    assert codes(facts(MORNING, is_active=False), TEN) == ["inactive"]


def test_a_published_slot_needs_no_hours() -> None:
    slot = published("2027-03-01 20:00", "2027-03-01 21:00")
    assert codes(facts(MORNING, published=(slot,)), "2027-03-01 20:00") == []
    blocked = Busy(at("2027-03-01 20:30"), at("2027-03-01 22:00"), BusyKind.BLOCKED)
    assert codes(facts(MORNING, published=(slot,), busy=(blocked,)), "2027-03-01 20:00") == ["blocked"]


def test_all_rules_that_close_a_start_are_told_in_order() -> None:
    given = facts(
        schedule("09:00-12:00", holidays={MONDAY: "Founders' Day"}),
        now="2027-03-05 00:00",
        window_from=date(2027, 3, 6),
        max_per_day=1,
        counted_starts=(at(NINE),),
        is_active=False,
        buffer_before_minutes=30,
        busy=(
            Busy(at(TEN), at(NOON), BusyKind.CALENDAR),
            Busy(at(TEN), at(NOON), BusyKind.BLOCKED),
            meeting("2027-03-01 10:30", ELEVEN),
            meeting("2027-03-01 09:30", TEN),
        ),
    )
    expected = ["past", "window", "holiday", "busy", "buffer", "blocked", "calendar", "limit_day", "inactive"]
    assert codes(given, TEN) == expected


def test_of_several_of_a_kind_the_earliest_is_told() -> None:
    first, second = meeting("2027-03-01 10:10", "2027-03-01 10:20"), meeting("2027-03-01 10:30", "2027-03-01 10:40")
    assert the_reason(facts(MORNING, busy=(second, first))).start == first.meeting[0]


@pytest.mark.parametrize("end", ["2027-03-01 09:45", TEN])
def test_only_what_overlaps_is_told(end: str) -> None:
    morning_off = Busy(at("2027-03-01 08:00"), at(NOON), BusyKind.BLOCKED)
    before = Busy(at(NINE), at(end), BusyKind.CALENDAR)
    assert codes(facts(MORNING, busy=(morning_off, before)), TEN) == ["blocked"]


def test_the_codes_are_those_that_faces_and_the_api_know() -> None:
    known = "past notice window hours override holiday busy buffer blocked calendar limit_day limit_week full inactive"
    assert [str(code) for code in ReasonCode] == known.split()
