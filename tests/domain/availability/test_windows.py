"""Rules 2 to 5: windows, overrides, holidays, clock changes, the grid."""

from datetime import date, timedelta

import pytest

from tests.domain.availability.builders import DAY, MONDAY, at, clock, day_window, facts, on, schedule, times, weekly
from webapp.domain.availability.offers import offer_at, offers
from webapp.domain.availability.windows import DayWindow, Schedule, Stretch, Window, open_windows, stretches

TUESDAY = MONDAY + timedelta(days=1)
CAIRO_SPRING = date(2027, 4, 30)  # a Friday without a midnight: clocks go from 24:00 to 01:00


def open_times(hours: Schedule, first: str = "2027-03-01", last: str = "2027-03-02") -> list[tuple[int, int]]:
    return open_windows(hours, at(first), at(last))


def test_several_windows_a_day_are_separate() -> None:
    assert times(on(MONDAY, facts(schedule("09:00-11:00 13:00-14:00")))) == ["09:00", "10:00", "13:00"]


@pytest.mark.parametrize("hours", ["09:00-10:30 10:30-12:00", "09:00-11:00 10:00-12:00", "09:00-12:00 09:30-10:00"])
def test_windows_that_touch_or_overlap_are_one_with_one_grid(hours: str) -> None:
    assert open_times(schedule(hours)) == [(at("2027-03-01 09:00"), at("2027-03-01 12:00"))]
    assert times(on(MONDAY, facts(schedule(hours)))) == ["09:00", "10:00", "11:00"]


def test_a_meeting_may_cross_midnight() -> None:
    hours = Schedule("UTC", weekly_hours=weekly("22:30-24:00", "0") + weekly("00:00-01:30", "1"))
    assert times(on(MONDAY, facts(hours))) == ["22:30", "23:30"]
    assert times(on(TUESDAY, facts(hours))) == ["00:30"]
    assert offer_at(facts(hours), at("2027-03-01 23:30"))  # asked for alone it must still see past its own date


def test_the_weekday_of_a_night_is_that_of_its_start() -> None:
    night = facts(schedule("22:00-02:00", "0"))
    assert times(on(MONDAY, night)) == ["22:00", "23:00"]
    assert times(on(TUESDAY, night)) == ["00:00", "01:00"]


@pytest.mark.parametrize("hours", ["09:00-09:00", "00:00-24:00", "00:00-00:00"])
def test_an_end_at_the_start_means_a_whole_day(hours: str) -> None:
    found = open_windows(schedule(hours, "0"), at("2027-03-01"), at("2027-03-03"))
    assert [end - start for start, end in found] == [DAY]


def test_an_override_replaces_what_starts_on_its_date_only() -> None:
    changed = {TUESDAY: (day_window("12:00-14:00"), day_window("15:00-16:00"))}
    hours = facts(schedule("09:00-10:00 22:00-01:00", overrides=changed))
    assert times(on(MONDAY, hours)) == ["00:00", "09:00", "22:00", "23:00"]
    assert times(on(TUESDAY, hours)) == ["00:00", "12:00", "13:00", "15:00"]
    assert times(on(TUESDAY + timedelta(days=1), hours)) == ["09:00", "22:00", "23:00"]


def test_a_day_off_keeps_the_tail_of_the_night_before() -> None:
    hours = facts(schedule("22:00-02:00", overrides={TUESDAY: ()}))
    assert times(on(TUESDAY, hours)) == ["00:00", "01:00"]
    assert times(on(TUESDAY + timedelta(days=1), hours)) == ["22:00", "23:00"]


def test_an_override_may_open_a_night_of_its_own() -> None:
    hours = facts(schedule("09:00-10:00", overrides={MONDAY: (day_window("23:00-01:00"),)}))
    assert times(on(MONDAY, hours)) == ["23:00"]
    assert times(on(TUESDAY, hours)) == ["00:00", "09:00"]


def test_a_holiday_is_a_day_off_unless_the_host_says_otherwise() -> None:
    holidays = {MONDAY: "Founders' Day", TUESDAY: "Second Founders' Day"}
    hours = facts(schedule("09:00-10:00", holidays=holidays, overrides={TUESDAY: (day_window("11:00-12:00"),)}))
    assert times(on(MONDAY, hours)) == []
    assert times(on(TUESDAY, hours)) == ["11:00"]


def test_a_window_inside_a_spring_gap_is_empty() -> None:
    hours = schedule("02:15-02:45", "6", zone="America/New_York")
    assert open_times(hours, "2027-03-13", "2027-03-16") == []


def test_the_ends_of_a_window_are_resolved_apart() -> None:
    spring = schedule("02:30-04:00", "6", zone="America/New_York")
    assert open_times(spring, "2027-03-14", "2027-03-15") == [(at("2027-03-14 07:00"), at("2027-03-14 08:00"))]
    autumn = schedule("01:30-01:45", "6", zone="America/New_York")
    assert open_times(autumn, "2027-11-07", "2027-11-08") == [(at("2027-11-07 05:30"), at("2027-11-07 06:45"))]


def test_windows_that_a_spring_gap_brings_together_are_one() -> None:
    hours = schedule("00:30-02:00 02:30-04:30", "6", zone="America/New_York")
    assert open_times(hours, "2027-03-14", "2027-03-15") == [(at("2027-03-14 05:30"), at("2027-03-14 08:30"))]


def test_slots_step_in_absolute_minutes_over_a_half_hour_change() -> None:
    given = facts(schedule("00:00-06:00", "6", zone="Australia/Lord_Howe"))  # 3 October 2027: 02:00 becomes 02:30
    found = offers(given, at("2027-10-02 12:00"), at("2027-10-03 12:00"))
    assert times(found, "Australia/Lord_Howe") == ["00:00", "01:00", "02:30", "03:30", "04:30"]


def test_a_window_from_a_midnight_that_does_not_exist() -> None:
    found = on(CAIRO_SPRING - timedelta(days=1), facts(schedule("00:00-03:00", "4", zone="Africa/Cairo")))
    assert times(found, "Africa/Cairo", "%d %H:%M") == ["30 01:00", "30 02:00"]


def test_the_grid_starts_at_the_window_in_its_own_zone() -> None:
    assert times(on(MONDAY, facts(schedule("09:10-12:00")))) == ["09:10", "10:10"]
    assert times(on(MONDAY, facts(schedule("09:00-10:00", zone="Asia/Kathmandu")))) == ["03:15"]


def test_the_increment_is_the_duration_unless_set() -> None:
    assert times(on(MONDAY, facts(schedule("09:00-11:00"), minutes=40))) == ["09:00", "09:40", "10:20"]
    stepped = facts(schedule("09:00-11:00"), minutes=40, increment_minutes=15)
    assert times(on(MONDAY, stepped)) == ["09:00", "09:15", "09:30", "09:45", "10:00", "10:15"]


def test_a_slot_fits_when_it_ends_with_the_window() -> None:
    assert times(on(MONDAY, facts(schedule("09:00-10:00")))) == ["09:00"]
    assert times(on(MONDAY, facts(schedule("09:00-09:59")))) == []


def test_a_window_open_for_days_keeps_the_grid_of_its_start() -> None:
    weekend = facts(schedule("00:00-24:00", "56"), minutes=50)
    assert times(on(date(2027, 3, 7), weekend))[:2] == ["00:10", "01:00"]


def test_a_schedule_that_never_closes_restarts_its_grid_at_each_local_midnight() -> None:
    always = schedule("00:00-24:00", zone="Europe/Berlin")
    found = list(stretches(always, at("2027-03-27 23:00"), at("2027-03-29 21:00")))[-2:]
    assert found[0].anchor == at("2027-03-27 23:00")
    assert [(one.until - one.anchor) // 3600 for one in found] == [23, 24]
    assert times(on(MONDAY, facts(schedule("00:00-24:00"), minutes=50)))[:2] == ["00:00", "00:50"]


def test_a_grid_restarts_only_a_week_after_the_schedule_opened() -> None:
    opened = schedule("00:00-24:00", overrides={MONDAY: ()})
    week_later = stretches(opened, at("2027-03-03"), at("2027-03-10"))
    assert list(week_later) == [
        Stretch(at("2027-03-02"), at("2027-03-09"), at("2027-03-11")),
        Stretch(at("2027-03-09"), at("2027-03-10"), at("2027-03-11")),
        Stretch(at("2027-03-10"), at("2027-03-11"), at("2027-03-11")),
    ]


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 60), (0, 1441), (0, -1)])
def test_minutes_outside_the_day_are_no_window(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="minute"):
        DayWindow(start, end)
    with pytest.raises(ValueError, match="minute"):
        Window(0, start, end)


def test_there_are_seven_weekdays() -> None:
    with pytest.raises(ValueError, match="weekday"):
        Window(7, 0, clock("24:00"))
