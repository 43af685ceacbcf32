"""Weeks of slots from weekdays and hours, and wall time that is skipped or repeated."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from webapp.domain.availability.instants import occurrences
from webapp.domain.slots import WeeklyPlan, planned_starts


def starts(**given: Any) -> list[str]:
    values = {
        "time_zone": "Europe/Berlin",
        "weekdays": frozenset({0}),
        "start_minute": 9 * 60,
        "end_minute": 10 * 60,
        "first_on": date(2027, 5, 3),
        "weeks": 1,
        "duration_minutes": 30,
    } | given
    return [f"{datetime.fromtimestamp(start, UTC):%m-%d %H:%M}" for start in planned_starts(WeeklyPlan(**values))]


def test_one_after_the_other_on_each_weekday_of_each_week() -> None:
    assert starts(weekdays=frozenset({0, 2}), weeks=2, duration_minutes=60) == [
        "05-03 07:00", "05-05 07:00", "05-10 07:00", "05-12 07:00",
    ]  # fmt: skip


def test_weeks_count_from_the_first_day_not_from_monday() -> None:
    assert starts(first_on=date(2027, 5, 4)) == ["05-10 07:00", "05-10 07:30"]


def test_what_does_not_fit_whole_is_left_out() -> None:
    assert starts(end_minute=9 * 60 + 50) == ["05-03 07:00"]
    assert starts(end_minute=9 * 60 + 20) == []


def test_an_end_before_the_start_is_on_the_next_day() -> None:
    assert starts(start_minute=23 * 60, end_minute=60, duration_minutes=60) == ["05-03 21:00", "05-03 22:00"]


def test_local_time_stays_when_clocks_change() -> None:
    assert starts(first_on=date(2027, 3, 22), weeks=2, duration_minutes=60) == ["03-22 08:00", "03-29 07:00"]


def test_a_window_over_a_clock_change_steps_in_absolute_minutes() -> None:
    sunday = {"weekdays": frozenset({6}), "start_minute": 0, "end_minute": 6 * 60, "duration_minutes": 60}
    assert len(starts(first_on=date(2027, 3, 28), **sunday)) == 5
    assert len(starts(first_on=date(2027, 10, 31), **sunday)) == 7


@pytest.mark.parametrize(
    ("day", "minute", "hours_utc"),
    [
        (date(2027, 5, 4), 150, [(4, 0)]),
        (date(2027, 3, 28), 150, []),
        (date(2027, 3, 28), 180, [(28, 1)]),
        (date(2027, 10, 31), 150, [(31, 0), (31, 1)]),
        (date(2027, 10, 31), 180, [(31, 2)]),
    ],
)
def test_wall_time_is_no_instant_one_or_two(day: date, minute: int, hours_utc: list[tuple[int, int]]) -> None:
    found = [datetime.fromtimestamp(start, UTC) for start in occurrences("Europe/Berlin", day, minute)]
    assert [(moment.day, moment.hour) for moment in found] == hours_utc
