"""Times, days and zones in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale

from webapp.words import formats

MOMENT = datetime(2027, 5, 4, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "locale", "time", "day"),
    [("en", "en", "3:30\u202fPM", "Tuesday, May 4, 2027"), ("en-US", "en_US", "3:30\u202fPM", "Tuesday, May 4, 2027"),
     ("en-GB", "en_GB", "15:30", "Tuesday, 4 May 2027"), ("de", "en_DE", "15:30", "Tuesday, 4 May 2027"),
     ("ja-JP", "en_150", "15:30", "Tuesday, 4 May 2027"), ("xx-nonsense", "en", "3:30\u202fPM", "Tuesday, May 4, 2027"),
     ("*", "en", "3:30\u202fPM", "Tuesday, May 4, 2027")],
)  # fmt: skip
def test_english_with_the_formats_of_a_region(tag: str, locale: str, time: str, day: str) -> None:
    found = formats.english_of(tag)
    assert str(found) == locale
    assert formats.format_time(MOMENT, "Europe/Berlin", found) == time
    assert formats.format_day(MOMENT.date(), found) == day
    assert formats.uses_24_hours(found) is (time == "15:30")


def test_a_time_is_shown_in_the_zone_asked_for() -> None:
    assert formats.format_time(MOMENT, "Asia/Kolkata", Locale("en", "GB")) == "19:00"


def test_a_range_over_midnight_names_both_days() -> None:
    late = datetime(2027, 5, 4, 21, 45, tzinfo=UTC)
    british = Locale("en", "GB")
    text = formats.format_range(late, late + timedelta(minutes=30), "Europe/Berlin", british)
    assert text.replace("\u2009", "") == "Tuesday, 4 May 2027, 23:45\u2013Wednesday, 5 May 2027, 00:15"
    text = formats.format_range(MOMENT, MOMENT + timedelta(minutes=30), "Europe/Berlin", british)
    assert text.replace("\u2009", "") == "Tuesday, 4 May 2027, 15:30\u201316:00"


def test_days_and_months() -> None:
    assert formats.format_day_short(date(2027, 5, 4)) == "Tue, May 4"
    assert formats.format_month(date(2027, 5, 1)) == "May 2027"
