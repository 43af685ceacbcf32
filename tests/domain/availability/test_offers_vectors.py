"""The test vectors of the availability rules, under their names (year 2027)."""

from datetime import date

import pytest

from tests.domain.availability.builders import MONDAY, at, facts, meeting, on, schedule, times
from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.offers import Offer, offers

NEW_YORK = "America/New_York"


def starts_between(first: str, last: str, found: list[Offer]) -> list[str]:
    return [to_datetime(one.start).strftime("%d %HZ") for one in found if at(first) <= one.start < at(last)]


def listed(zone: str, weekday: str, hours: str, first: str, last: str, **changes: object) -> list[Offer]:
    return offers(facts(schedule(hours, weekday, zone=zone), **changes), at(first), at(last))


def test_spring_in_new_york_has_five_hours_in_six() -> None:
    found = listed(NEW_YORK, "6", "00:00-06:00", "2027-03-14", "2027-03-15")
    assert times(found) == ["05:00", "06:00", "07:00", "08:00", "09:00"]
    assert times(found, NEW_YORK) == ["00:00", "01:00", "03:00", "04:00", "05:00"]


def test_autumn_in_new_york_has_seven_hours_in_six() -> None:
    found = listed(NEW_YORK, "6", "00:00-06:00", "2027-11-07", "2027-11-08")
    assert times(found) == ["04:00", "05:00", "06:00", "07:00", "08:00", "09:00", "10:00"]
    assert times(found, NEW_YORK) == ["00:00", "01:00", "01:00", "02:00", "03:00", "04:00", "05:00"]


def test_saturday_night_loses_an_hour_in_spring() -> None:
    found = listed(NEW_YORK, "5", "22:00-03:00", "2027-03-13 12:00", "2027-03-15")
    assert times(found, form="%d %H:%M") == ["14 03:00", "14 04:00", "14 05:00", "14 06:00"]


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        (date(2027, 3, 12), "15:00"),
        (date(2027, 3, 15), "14:00"),
        (date(2027, 3, 29), "15:00"),
        (date(2027, 10, 29), "15:00"),
        (date(2027, 11, 1), "14:00"),
        (date(2027, 11, 8), "15:00"),
    ],
)
def test_nine_in_new_york_seen_in_berlin(day: date, seen: str) -> None:
    found = on(day, facts(schedule("09:00-10:00", zone=NEW_YORK)))
    assert times(found, "Europe/Berlin", "%d %H:%M") == [f"{day:%d} {seen}"]


def test_nine_in_kolkata_is_half_past_three() -> None:
    assert times(on(MONDAY, facts(schedule("09:00-10:00", zone="Asia/Kolkata")))) == ["03:30"]


def test_nine_in_auckland_is_noon_of_the_day_before_in_los_angeles() -> None:
    found = on(date(2027, 1, 4), facts(schedule("09:00-10:00", zone="Pacific/Auckland")))
    assert times(found, "Pacific/Auckland", "%d %H:%M") == ["05 09:00"]
    assert times(found, "America/Los_Angeles", "%d %H:%M") == ["04 12:00"]


def test_an_increment_of_45_in_kolkata_around_a_booking() -> None:
    booked = meeting("2027-03-01 04:00", "2027-03-01 04:15")
    given = facts(schedule("09:30-18:00", zone="Asia/Kolkata"), minutes=30, increment_minutes=45, busy=(booked,))
    expected = ["04:45", "05:30", "06:15", "07:00", "07:45", "08:30", "09:15", "10:00", "10:45", "11:30"]
    assert times(on(MONDAY, given)) == expected


def test_a_notice_of_25_hours_leaves_eleven_starts() -> None:
    given = facts(schedule("00:00-24:00"), notice_minutes=25 * 60, now="2027-02-28 11:59:59")
    assert times(on(MONDAY, given)) == [f"{hour}:00" for hour in range(13, 24)]


def test_the_example_of_rule_7() -> None:
    around = (
        meeting("2027-03-01 12:30", "2027-03-01 13:00", before=15, after=30),
        meeting("2027-03-01 14:30", "2027-03-01 15:00", before=15, after=30),
    )
    buffers = {"buffer_before_minutes": 15, "buffer_after_minutes": 30}
    given = facts(schedule("12:00-16:00"), minutes=30, increment_minutes=5, busy=around, **buffers)
    assert not [start for start in times(on(MONDAY, given)) if "12:30" < start < "15:00"]
    one_sided = facts(schedule("12:00-16:00"), minutes=30, increment_minutes=5, busy=around)
    assert times(on(MONDAY, one_sided))[:2] == ["13:30", "13:35"]
