"""/availability/blocked: vacations, and the meetings during them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.builders import Build, tomorrow
from tests.web.clock_changes import next_sunday_of_change
from tests.web.desk import Desk
from tests.web.pages import errors_of
from tests.web.schedules.test_hours import BOTH
from webapp.domain.availability.instants import closing, day_start, to_datetime
from webapp.web.shared.dates import local_day

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


WRONG = pytest.mark.parametrize(
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


@WRONG
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


def edit_link(desk: Desk) -> str:
    return re.findall(r'href="(/availability/blocked/[^"]*/edit)#block-heading"', desk.open(URL).text)[0]


def typed(html: str) -> dict[str, str]:
    """What the form has in its fields, the empty ones left out."""
    names = "from_date|from_time|to_date|to_time|note"
    return dict(re.findall(rf'<input[^>]* name="({names})"[^>]* value="([^"]+)"', html))


@BOTH
def test_changing_keeps_the_id(desk: Desk, build: Build, htmx: bool) -> None:
    start = tomorrow(9, days=20)
    build.booking(build.slot(desk.host_id, start), name="Gita Guest")
    desk.post(URL, from_date=str(start.date() + timedelta(days=1)), note="Skiing")
    link, before = edit_link(desk), build.row("SELECT id, public_id FROM blocked_time")
    form = desk.open(link, htmx=htmx).text
    assert ("<html" in form) is not htmx
    assert "Change blocked time" in form
    assert typed(form)["note"] == "Skiing"
    answer = desk.post(link, htmx=htmx, **typed(form) | {"from_date": str(start.date()), "note": "Hiking"})
    if htmx:
        assert (answer.status_code, answer.headers["HX-Push-Url"]) == (200, URL)
    else:
        assert (answer.status_code, answer.location) == (303, URL)
    page = answer.text if htmx else desk.open(URL).text
    for words in ("Saved: ", "One meeting lies inside and stays.", "Hiking", "Block time"):
        assert words in page
    assert "Skiing" not in page
    assert spans(build) == [(day(start.date()), day(start.date() + timedelta(days=2)))]
    assert build.row("SELECT id, public_id FROM blocked_time") == before


def set_span(build: Build, start: datetime, end: datetime) -> None:
    """As a program may set it."""
    build.row("UPDATE blocked_time SET starts_at = :start, ends_at = :end RETURNING id", start=start, end=end)


def autumn(minute: int) -> datetime:
    """On the day with two hours from 2 to 3: a minute of the second one."""
    return to_datetime(closing(BERLIN, next_sunday_of_change(10), minute))


NOON, MIDNIGHT = to_datetime(closing(BERLIN, SOON, 720)), day(SOON)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (MIDNIGHT, day(SOON + timedelta(days=3)), {"to_date": str(SOON + timedelta(days=2))}),
        (NOON, NOON + 3600 * SECOND, {"from_time": "12:00", "to_time": "13:00"}),
        (NOON, day(SOON + timedelta(days=1)), {"from_time": "12:00"}),
        (MIDNIGHT, NOON, {"to_time": "12:00"}),
        (NOON + 10 * SECOND, NOON + 50 * SECOND, {"from_time": "12:00", "to_time": "12:01"}),
        (NOON + SECOND, day(SOON + timedelta(days=1)) - SECOND, {"from_time": "12:00"}),
        (autumn(150), autumn(170), {"from_time": "02:30", "to_time": "02:50"}),
        (autumn(170) - 3600 * SECOND, autumn(130), {"from_time": "02:50", "to_time": "02:10"}),
    ],
)
def test_saving_what_is_there_changes_nothing(
    desk: Desk, build: Build, start: datetime, end: datetime, shown: dict[str, str]
) -> None:
    """Whatever a program has set, which may be finer than what the form shows."""
    desk.post(URL, from_date=str(SOON), note="Skiing")
    set_span(build, start, end)
    found = typed(desk.open(edit_link(desk)).text)
    on = str(local_day(start, BERLIN))
    assert found == {"from_date": on, "to_date": on, "note": "Skiing"} | shown
    assert desk.post(edit_link(desk), **found).status_code == 303
    assert spans(build) == [(start, end)]
    assert build.row("SELECT count(*) FROM audit_entry WHERE action = 'blocked_time.changed'")[0] == 0


def test_one_end_is_changed_and_the_other_stays_to_the_second(desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON))
    set_span(build, NOON + SECOND, NOON + 3600 * SECOND)
    link = edit_link(desk)
    desk.post(link, **typed(desk.open(link).text) | {"to_time": "14:00"})
    assert spans(build) == [(NOON + SECOND, NOON + 7200 * SECOND)]
    desk.post(link, **typed(desk.open(link).text) | {"from_time": "12:30"})
    assert spans(build) == [(NOON + 1800 * SECOND, NOON + 7200 * SECOND)]


@WRONG
def test_what_is_wrong_with_a_change_is_said_and_kept(
    desk: Desk, build: Build, fields: dict[str, Any], words: str
) -> None:
    desk.post(URL, from_date=str(SOON), from_time="10:00", to_time="11:00", note="Before")
    before, link = spans(build), edit_link(desk)
    answer = desk.post(link, htmx="to_date" in fields, **{"from_date": str(SOON), "note": "Kept"} | fields)
    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert f'action="{link}"' in answer.text
    assert 'value="Kept"' in answer.text or "note" in fields
    assert (spans(build), build.row("SELECT note FROM blocked_time")[0]) == (before, "Before")


def test_what_is_gone_cannot_be_changed(desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON))
    link = edit_link(desk)
    desk.post(link.replace("/edit", "/delete"))
    assert desk.open(link).status_code == desk.post(link, from_date=str(SOON)).status_code == 404
    assert spans(build) == []


def test_nothing_of_another_host_is_seen_or_changed(desk: Desk, other_desk: Desk, build: Build) -> None:
    desk.post(URL, from_date=str(SOON), note="Skiing")
    link = re.findall(r'href="(/availability/blocked/[^"]*/delete)"', desk.open(URL).text)[0]
    assert "Skiing" not in other_desk.open(URL).text
    for one in (link, edit_link(desk)):
        assert other_desk.open(one).status_code == other_desk.post(one, from_date=str(SOON)).status_code == 404
    assert spans(build) == [(day(SOON), day(SOON + timedelta(days=1)))]


def test_the_page_takes_few_queries(desk: Desk, build: Build) -> None:
    for number in range(3):
        build.booking(build.slot(desk.host_id, tomorrow(9, days=20 + number)))
        desk.post(URL, from_date=str(SOON + timedelta(days=number)))
    assert desk.queries(URL) <= 8
    assert desk.queries(edit_link(desk)) <= 9
