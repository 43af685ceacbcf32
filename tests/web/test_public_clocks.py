"""Days and times of the public calendar, on the clocks of guest and host."""

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from tests.builders import Build
from tests.web.picker import day_labels, times

BRITISH = {"Accept-Language": "en-GB"}


def test_american_readers_see_twelve_hours(build: Build, client: FlaskClient) -> None:
    host = build.host(slug="mara", time_zone="UTC")
    build.slot(host, datetime(2027, 5, 4, 15, 30, tzinfo=UTC))
    page = client.get("/mara/30min?month=2027-05", headers={"Accept-Language": "en-US"}).text
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


def test_a_zone_by_its_old_name_is_shown_by_the_present_one(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    page = client.get("/mara/30min?zone=Asia/Calcutta").text
    assert '<option value="Asia/Kolkata" selected>Kolkata</option>' in page
    assert "Calcutta" not in page
    assert page.count(" selected>") == 1


def test_the_guests_dates_are_those_of_their_zone(build: Build, client: FlaskClient) -> None:
    """Host in Los Angeles, guest in Auckland: 20 hours ahead in May."""
    host = build.host(slug="mara", time_zone="America/Los_Angeles")
    build.slots(host, [datetime(2027, 4, 30, 13, 0, tzinfo=UTC), datetime(2027, 5, 31, 11, 30, tzinfo=UTC)])
    build.slot(host, datetime(2027, 5, 31, 12, 30, tzinfo=UTC))
    page = client.get("/mara/30min?month=2027-05&zone=Pacific/Auckland", headers=BRITISH).text
    assert day_labels(page) == ["Saturday, 1 May 2027, one time free", "Monday, 31 May 2027, one time free"]
    june = client.get("/mara/30min?month=2027-06&zone=Pacific/Auckland", headers=BRITISH).text
    assert times(june) == ["00:30"]


def test_an_hour_that_comes_twice_names_its_zone(build: Build, client: FlaskClient) -> None:
    """New York, 7 November 2027: 01:30 comes at 05:30Z and 06:30Z."""
    host = build.host(slug="mara", time_zone="America/New_York")
    build.slots(host, [datetime(2027, 11, 7, hour, 30, tzinfo=UTC) for hour in (5, 6, 7)])
    page = client.get("/mara/30min?day=2027-11-07&zone=America/New_York", headers=BRITISH).text
    assert times(page) == ["01:30 (EDT)", "01:30 (EST)", "02:30"]


def test_the_23_hour_day_is_one_day(build: Build, client: FlaskClient) -> None:
    """Berlin, 28 March 2027: from 23:00Z to 22:00Z."""
    host = build.host(slug="mara", time_zone="UTC")
    day = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)
    build.slots(host, [day + timedelta(hours=hour) for hour in (0, 1, 22, 23, 24)])
    page = client.get("/mara/30min?day=2027-03-28&zone=Europe/Berlin", headers=BRITISH).text
    assert times(page) == ["00:30", "22:30", "23:30"]
