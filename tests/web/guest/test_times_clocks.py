"""Days and times of the public calendar, in the time zones of guest and host."""

import re
from datetime import date, timedelta
from html import unescape

from flask.testing import FlaskClient

from tests.builders import Build, at, coming
from tests.web.clock_changes import next_sunday_of_change
from tests.web.guest.picker import day_labels, in_words, times

BRITISH = {"Accept-Language": "en-GB"}


def test_american_readers_see_twelve_hours(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    slot = build.slot(host, coming(5, 4, 15, 30))
    page = client.get(f"/mara/30min?month={slot.start:%Y-%m}", headers={"Accept-Language": "en-US"}).text
    assert times(page) == ["3:30\u202fPM"]
    assert page.index("Sunday</span>") < page.index("Monday</span>")


def test_the_default_zone_is_the_hosts_and_says_so(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara", time_zone="Asia/Tokyo")
    default, chosen = client.get("/mara/30min").text, client.get("/mara/30min?zone=Asia/Tokyo").text
    note = "This is the host's time zone"
    assert note in default
    assert 'data-detect-time-zone="zone"' in default
    assert note not in chosen
    assert "data-detect-time-zone" not in chosen


def test_the_list_of_zones_is_sent_in_ascii_and_read_with_all_its_letters(build: Build, client: FlaskClient) -> None:
    """One letter beyond Latin-1 would double the memory that each copy of the list takes while a page is rendered."""
    build.host(slug="mara")
    options = "".join(re.findall(r"<option.*?</option>", client.get("/mara/30min").text))
    assert options.isascii()
    assert {">São Tomé<", ">Cancún<", ">St. John’s<"} <= set(re.findall(">[^<>]+<", unescape(options)))


def test_a_zone_by_its_old_name_is_shown_by_the_present_one(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    page = client.get("/mara/30min?zone=Asia/Calcutta").text
    chosen = '<option value="Asia/Kolkata" selected data-names="Asia/Calcutta">Kolkata</option>'
    assert chosen in page
    assert "Calcutta" not in page.replace(chosen, "")  # a browser's name for it, so that it finds the option
    assert len(re.findall(r"<option[^>]* selected", page)) == 1


def test_the_guests_dates_are_those_of_their_zone(build: Build, client: FlaskClient) -> None:
    """Host in Los Angeles, guest in Auckland: 20 hours ahead in May."""
    host = build.host(slug="mara", time_zone="America/Los_Angeles")
    year = coming(4, 30).year
    first, last = date(year, 5, 1), date(year, 5, 31)
    build.slots(host, [at(date(year, 4, 30), 13), at(last, 11, 30), at(last, 12, 30)])
    page = client.get(f"/mara/30min?month={year}-05&zone=Pacific/Auckland", headers=BRITISH).text
    assert day_labels(page) == [f"{in_words(day)} {year}, one time free" for day in (first, last)]
    june = client.get(f"/mara/30min?month={year}-06&zone=Pacific/Auckland", headers=BRITISH).text
    assert times(june) == ["00:30"]


def test_an_hour_that_comes_twice_names_its_zone(build: Build, client: FlaskClient) -> None:
    """New York, first Sunday of November: 01:30 comes at 05:30Z and 06:30Z."""
    host = build.host(slug="mara", time_zone="America/New_York")
    sunday = first_sunday_of_november()
    build.slots(host, [at(sunday, hour, 30) for hour in (5, 6, 7)])
    page = client.get(f"/mara/30min?day={sunday}&zone=America/New_York", headers=BRITISH).text
    assert times(page) == ["01:30 (EDT)", "01:30 (EST)", "02:30"]


def first_sunday_of_november() -> date:
    """The next one of which the whole week is ahead."""
    first = coming(11, 1).date()
    return first + timedelta(days=6 - first.weekday())


def test_the_23_hour_day_is_one_day(build: Build, client: FlaskClient) -> None:
    """Berlin, last Sunday of March: from 23:00Z to 22:00Z."""
    host = build.host(slug="mara", time_zone="UTC")
    sunday = next_sunday_of_change(3)
    late = at(sunday - timedelta(days=1), 22, 30)
    build.slots(host, [late + timedelta(hours=hour) for hour in (0, 1, 22, 23, 24)])
    page = client.get(f"/mara/30min?day={sunday}&zone=Europe/Berlin", headers=BRITISH).text
    assert times(page) == ["00:30", "22:30", "23:30"]
