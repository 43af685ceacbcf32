"""Dates and instants as text."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, parsed_date, parsed_instant, utc_text, week_of

DATES = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
FIRST, LAST = (datetime(*day, tzinfo=UTC).timestamp() for day in ((FIRST_YEAR, 1, 1), (LAST_YEAR, 12, 31)))
INSTANTS = st.builds(datetime.fromtimestamp, st.floats(FIRST, LAST), st.timezones())


@given(INSTANTS)
def test_what_is_written_is_read_to_the_second(moment: datetime) -> None:
    assert parsed_instant(utc_text(moment)) == moment.astimezone(UTC).replace(microsecond=0)


@given(DATES)
def test_a_date_is_read_as_it_is_written(day: date) -> None:
    assert parsed_date(day.isoformat()) == day


def test_seconds_may_be_left_out() -> None:
    assert parsed_instant("2027-05-04T09:00Z") == datetime(2027, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "2027-05-04", "2027-05-04T09:00:00", "2027-05-04T09:00:00+00:00", "2027-05-04 09:00:00Z",
     "1999-12-31T23:00:00Z", "2200-01-01T00:00:00Z", "2027-02-30T09:00:00Z", "2027-05-04T25:00Z",
     "２０２７-05-04T09:00:00Z"],
)  # fmt: skip
def test_what_is_no_instant_of_ours(text: str) -> None:
    assert parsed_instant(text) is None


@pytest.mark.parametrize("text", ["", "20270504", "2027-W18-2", "2027-02-30", "1999-12-31", "2200-01-01", "2027-5-4"])
def test_what_is_no_date_of_ours(text: str) -> None:
    assert parsed_date(text) is None


@given(DATES, st.integers(0, 6))
def test_a_week_begins_on_its_first_weekday_and_holds_the_day(day: date, first_weekday: int) -> None:
    first = week_of(day, first_weekday)
    assert first.weekday() == first_weekday
    assert 0 <= (day - first).days < 7
