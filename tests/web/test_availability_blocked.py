"""/availability/blocked: vacations, with the meetings that lie in them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.builders import Build, tomorrow
from tests.web.clock_changes import next_sunday_of_change
from tests.web.desk import Desk
from tests.web.pages import errors_of
from tests.web.test_availability import BOTH
from webapp.domain.instants import closing, day_start, to_datetime

URL = "/availability/blocked"
SOON = datetime.now(UTC).date() + timedelta(days=20)
BERLIN = "Europe/Berlin"


def spans(build: Build) -> list[tuple[datetime, datetime]]:
    return [tuple(row) for row in build.rows("SELECT starts_at, ends_at FROM blocked_time ORDER BY id")]  # type: ignore[misc]


def day(on: date) -> datetime:
    return to_datetime(day_start(BERLIN, on))


@BOTH
def test_whole_days_in_the_hosts_zone(desk: Desk, build: Build, htmx: bool) -> None:
    last = SOON + timedelta(days=6)
    answer = desk.post(URL, htmx=htmx, from_date=str(SOON), to_date=str(last), note="Skiing")
    assert answer.status_code == (200 if htmx else 303)
    assert spans(build) == [(day(SOON), day(last + timedelta(days=1)))]
    page = answer.text if htmx else desk.open(URL).text
    assert "Blocked: " in page
    assert "Skiing" in page
    assert ("<html" in page) is not htmx


def test_one_day_and_a_part_of_a_day(desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON))
    desk.post(URL, from_date=str(SOON), from_time="12:00", to_time="13:30")
    noon = to_datetime(closing(BERLIN, SOON, 720))
    assert spans(build) == [(day(SOON), day(SOON + timedelta(days=1))), (noon, noon + timedelta(minutes=90))]
    assert "12:00\u202fPM" in desk.open(URL).text


@pytest.mark.parametrize(("month", "hours"), [(3, 23), (10, 25)])
def test_a_day_on_which_clocks_change_is_blocked_as_long_as_it_is(
    desk: Desk, build: Build, month: int, hours: int
) -> None:
    sunday = next_sunday_of_change(month)
    desk.post(URL, from_date=str(sunday))
    start, end = spans(build)[0]
    assert (end - start) == timedelta(hours=hours)
    assert sunday.strftime("%B") in desk.open(URL).text


def test_a_time_that_comes_twice_is_blocked_twice(desk: Desk, build: Build) -> None:
    sunday = next_sunday_of_change(10)
    desk.post(URL, from_date=str(sunday), from_time="02:00", to_time="03:00")
    start, end = spans(build)[0]
    assert end - start == timedelta(hours=2)


@BOTH
def test_meetings_inside_stay_and_are_named(desk: Desk, build: Build, htmx: bool) -> None:
    start = tomorrow(9, days=5)
    booking = build.booking(build.slot(desk.host_id, start), name="Gita <Guest>")
    answer = desk.post(URL, htmx=htmx, from_date=str(start.date()))
    page = answer.text if htmx else desk.open(URL).text
    assert "One meeting lies inside and stays." in page
    assert f'<a href="/bookings/{booking.uid}">Gita &lt;Guest&gt;</a>' in page
    assert build.row("SELECT status FROM booking")[0] == "confirmed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"from_date": ""}, "Choose a date."),
        ({"from_date": "soon"}, "Not a valid date"),
        ({"from_date": "1999-01-01"}, "nearer"),
        ({"to_date": str(SOON - timedelta(days=1))}, "before the first day"),
        ({"to_date": "9999-12-31"}, "nearer"),
        ({"to_date": str(SOON + timedelta(days=7 * 366))}, "five years"),
        ({"from_time": "12:00", "to_time": "12:00"}, "not after the start"),
        ({"from_time": "25:00"}, "Not a valid time"),
        ({"from_date": "2020-01-01"}, "This has passed"),
        ({"note": "x" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_kept(
    desk: Desk, build: Build, fields: dict[str, Any], words: str
) -> None:
    answer = desk.post(URL, htmx="to_date" in fields, **{"from_date": str(SOON), "note": "Kept"} | fields)
    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Kept"' in answer.text or "note" in fields
    assert spans(build) == []


def test_deleting_asks_first(desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON), note="Skiing")
    link = re.findall(r'href="(/availability/blocked/[^"]*/delete)"', desk.open(URL).text)[0]
    page = desk.open(link)
    assert "Skiing" in page.text
    assert len(spans(build)) == 1
    assert desk.post(link).status_code == 303
    assert spans(build) == []
    assert "book this time again" in desk.open(URL).text
    assert desk.post(link).status_code == 404


def test_nothing_of_another_host_is_seen_or_deleted(desk: Desk, other_desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON), note="Skiing")
    link = re.findall(r'href="(/availability/blocked/[^"]*/delete)"', desk.open(URL).text)[0]
    assert "Skiing" not in other_desk.open(URL).text
    assert other_desk.open(link).status_code == other_desk.post(link).status_code == 404
    assert len(spans(build)) == 1


def test_the_page_takes_few_queries(desk: Desk, build: Build) -> None:
    for number in range(3):
        build.booking(build.slot(desk.host_id, tomorrow(9, days=20 + number)))
        desk.post(URL, from_date=str(SOON + timedelta(days=number)))
    assert desk.queries(URL) <= 8
