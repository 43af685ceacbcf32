from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.domain.availability.builders import at
from webapp.domain.availability.instants import (
    closing,
    day_start,
    instant,
    local_date,
    opening,
    steady_midnight,
    to_datetime,
)

NEW_YORK = "America/New_York"
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


def test_instants_go_there_and_back() -> None:
    moment = datetime(2027, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert instant(moment) == at("2027-03-01 04:00")
    assert to_datetime(instant(moment)) == moment
    assert to_datetime(0).tzinfo is UTC


def test_a_part_of_a_second_counts_as_passed() -> None:
    assert instant(datetime(2027, 3, 1, 9, 0, 0, 1, tzinfo=UTC)) == at("2027-03-01 09:00:01")


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2027, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize("wall", [120, 150, 179, 180])
def test_skipped_wall_time_is_the_end_of_the_gap(wall: int) -> None:
    assert opening(NEW_YORK, SPRING, wall) == closing(NEW_YORK, SPRING, wall) == at("2027-03-14 07:00")


def test_repeated_wall_time_starts_at_its_first_and_ends_at_its_second_occurrence() -> None:
    assert opening(NEW_YORK, AUTUMN, 90) == at("2027-11-07 05:30")
    assert closing(NEW_YORK, AUTUMN, 90) == at("2027-11-07 06:30")
    assert opening(NEW_YORK, AUTUMN, 120) == closing(NEW_YORK, AUTUMN, 120) == at("2027-11-07 07:00")


def test_minutes_past_24_hours_are_wall_time_of_the_next_date() -> None:
    assert closing(NEW_YORK, date(2027, 3, 13), 1440 + 180) == at("2027-03-14 07:00")


def test_a_day_may_have_no_midnight() -> None:
    assert day_start("Africa/Cairo", date(2027, 4, 30)) == at("2027-04-29 22:00")  # clocks go from 24:00 to 01:00
    assert local_date("Africa/Cairo", at("2027-04-29 21:59:59")) == date(2027, 4, 29)
    assert local_date("Africa/Cairo", at("2027-04-29 22:00")) == date(2027, 4, 30)


def test_a_midnight_that_comes_twice_starts_the_day_once() -> None:
    assert day_start("America/Havana", date(2027, 11, 7)) == at("2027-11-07 04:00")
    # St. John's went from 00:01 back to 23:01: the new date had begun for a minute.
    assert day_start("America/St_Johns", date(2010, 11, 7)) == at("2010-11-07 02:30")
    assert local_date("America/St_Johns", at("2010-11-07 02:45")) == date(2010, 11, 7)


def test_a_date_that_samoa_left_out_is_empty() -> None:
    skipped = date(2011, 12, 30)
    assert day_start("Pacific/Apia", skipped) == day_start("Pacific/Apia", date(2011, 12, 31)) == at("2011-12-30 10:00")
    assert local_date("Pacific/Apia", at("2011-12-30 10:00")) == date(2011, 12, 31)


def test_only_days_without_a_change_have_a_steady_midnight() -> None:
    assert steady_midnight(NEW_YORK, date(2027, 3, 12)) == at("2027-03-12 05:00")
    assert [steady_midnight(NEW_YORK, day) for day in (date(2027, 3, 13), SPRING)] == [None, None]
    assert steady_midnight(NEW_YORK, date(2027, 3, 15)) == at("2027-03-15 04:00")
