"""Holidays that close a schedule: observed, switched off by name, substituted by another day."""

from datetime import date, timedelta

import pytest
from flask import Flask

from tests.builders import Build
from tests.domain.availability.builders import day_window
from tests.schedule_builders import content, library_end
from webapp.services.availability.preview import schedule_preview
from webapp.services.availability.schedule_facts import engine_schedule_of
from webapp.services.schedules.holidays import (
    HOLIDAY_YEARS,
    coming_holidays,
    countries,
    known_until,
    observed_holidays,
    public_holidays,
    subdivisions,
)

NOW = 1_795_000_000  # November 2026


def test_a_part_of_a_country_has_its_own() -> None:
    epiphany = date(2027, 1, 6)
    assert epiphany in observed_holidays("DE", "BY", frozenset(), 2027, 2027)
    assert epiphany not in observed_holidays("DE", "BE", frozenset(), 2027, 2027)
    assert subdivisions("DE")["BY"] == "Bayern"


def test_what_is_switched_off_is_off_in_every_year_and_where_it_is_made_up_for() -> None:
    """Independence Day of 2027 is a Sunday: the Monday after is off, too."""
    days = observed_holidays("US", None, frozenset(), 2026, 2027)
    assert days[date(2027, 7, 5)] == "Independence Day (observed)"
    off = observed_holidays("US", None, frozenset({"Independence Day"}), 2026, 2027)
    gone = {date(2026, 7, 3), date(2026, 7, 4), date(2027, 7, 4), date(2027, 7, 5)}
    assert set(days) - set(off) == gone


def test_a_date_with_two_holidays_stays_one_while_either_is_kept() -> None:
    day = date(2027, 8, 15)
    names = {"Independence Day", "Prophet's Birthday"}
    observed = public_holidays("IN", "MH", 2027)[day]
    assert names < set(observed.replace(" (estimated)", "").split("; "))
    off = frozenset({"Independence Day", "Prophet's Birthday (estimated)"})
    assert observed_holidays("IN", "MH", off, 2027, 2027)[day] == "Parsi New Year (Shahenshahi)"
    assert day not in observed_holidays("IN", "MH", off | {"Parsi New Year (Shahenshahi)"}, 2027, 2027)


def test_the_list_of_a_year_names_each_once_with_all_its_dates() -> None:
    found = coming_holidays("US", None, date(2026, 11, 22), date(2027, 11, 22))
    names = [holiday.name for holiday in found]
    assert len(names) == len(set(names))
    dates = {holiday.name: holiday.dates for holiday in found}
    assert dates["Independence Day"] == (date(2027, 7, 4), date(2027, 7, 5))
    assert names[0] == "Thanksgiving Day"


def test_a_country_that_the_library_no_longer_knows_closes_nothing() -> None:
    assert not observed_holidays("XX", None, frozenset(), 2027, 2027)
    with pytest.raises(ValueError, match="XX"):
        public_holidays("XX", None, 2027)


def test_hours_given_to_a_date_win_over_a_holiday(build: Build) -> None:
    christmas, new_year = date(2026, 12, 25), date(2027, 1, 1)
    open_on_christmas = {christmas: (day_window("10:00-12:00"),)}
    schedule = engine_schedule_of(content(holiday_country="DE", overrides=open_on_christmas), NOW)
    from webapp.domain.availability.instants import day_start
    from webapp.domain.availability.windows import open_windows

    def windows(day: date) -> int:
        start = day_start(schedule.time_zone, day)
        return len(open_windows(schedule, start, start + 86_400))

    assert (windows(christmas), windows(new_year), windows(date(2027, 1, 4))) == (1, 0, 1)


def test_where_the_library_ends_is_known_for_every_country() -> None:
    """A country without holidays (some islands, Ukraine at war) is known to have none."""
    years = range(2026, 2026 + HOLIDAY_YEARS + 1)
    ends = {}
    for country in countries():
        known = [year for year in years if public_holidays(country, None, year)]
        if known and known[-1] < years[-1]:
            ends[country] = date(known[-1], 12, 31)
    said = {country: until for country in countries() if (until := known_until(country, date(years[-1], 12, 31)))}
    assert said == ends


def test_until_when_holidays_are_known_is_said_of_days_beyond() -> None:
    end = library_end()
    assert known_until("LK", end) is None
    assert known_until("LK", end + timedelta(days=1)) == end
    assert known_until("DE", end + timedelta(days=1)) is None
    assert known_until(None, end + timedelta(days=1)) is None
    assert known_until("XX", end + timedelta(days=1)) is None


def test_a_preview_says_when_it_goes_beyond_what_is_known(app: Flask, build: Build, clean: None) -> None:
    host = build.host()
    end = library_end()
    with app.app_context():

        def said(country: str, first: date) -> date | None:
            return schedule_preview(content(holiday_country=country), host_id=host, first=first).holidays_known_until

        assert said("LK", end + timedelta(days=20)) == end
        assert said("LK", end - timedelta(days=5)) == end
        assert said("DE", end + timedelta(days=20)) is None
