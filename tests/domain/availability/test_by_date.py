"""Rule 14: offers are assigned to the guest's dates after they have been computed."""

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.availability.builders import MONDAY, at, facts, schedule, times
from webapp.domain.availability.by_date import by_local_date, padded_range
from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.offers import offers


def test_offers_are_grouped_by_the_guests_own_date() -> None:
    found = offers(facts(schedule("22:00-24:00", "0")), at("2027-03-01"), at("2027-03-03"))
    assert {day.day: times(group, "Asia/Tokyo") for day, group in by_local_date(found, "Asia/Tokyo").items()} == {
        2: ["07:00", "08:00"]
    }
    assert {day.day: len(group) for day, group in by_local_date(found, "Atlantic/Azores").items()} == {1: 2}


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Etc/GMT-14", "Pacific/Kiritimati", "UTC"])
def test_the_padded_range_holds_the_whole_days_of_every_zone(zone: str) -> None:
    first, last = padded_range(MONDAY, MONDAY)
    days = by_local_date(offers(facts(schedule("00:00-24:00"), increment_minutes=15), first, last), zone)
    assert len(days[MONDAY]) == 96


@given(st.sampled_from(sorted(available_timezones())))
def test_the_guests_zone_changes_the_dates_and_never_the_offers(zone: str) -> None:
    found = offers(facts(schedule("00:00-24:00", zone="Europe/Berlin")), at("2027-03-26"), at("2027-04-06"))
    days = by_local_date(found, zone)
    assert [offer for group in days.values() for offer in group] == found
    assert all(day == local(offer.start, zone) for day, group in days.items() for offer in group)


def local(seconds: int, zone: str) -> date:
    return to_datetime(seconds).astimezone(ZoneInfo(zone)).date()
