"""/calendar/why: why a start is not offered."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.builders import Build, calendar, tomorrow
from tests.schedule_builders import library_end, set_schedule
from tests.web.desk import Desk
from webapp.domain.actor import host_actor
from webapp.domain.availability.windows import Window
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import replace_schedule
from webapp.words.formats import format_day

BRITISH = {"Accept-Language": "en-GB"}


@pytest.fixture
def open_desk(desk: Desk, build: Build) -> Desk:
    """Open every day from 09:00 to 17:00, Berlin."""
    hours = tuple(Window(weekday, 9 * 60, 17 * 60) for weekday in range(7))
    content = ScheduleContent(name="Always", time_zone="Europe/Berlin", weekly_hours=hours)
    with build.app.app_context():
        replace_schedule(content, host_id=desk.host_id, actor=host_actor(desk.host_id))
    build.event_type(desk.host_id, notice_minutes=0)
    return desk


def url(time: str, *, days: int = 3, event_type: str = "30min") -> str:
    day = calendar.today + timedelta(days=days)
    return f"/calendar/why?event_type={event_type}&date={day}&time={time}"


def reasons(desk: Desk, asked: str) -> list[str]:
    page = desk.client.get(asked, headers=BRITISH).text
    found = re.search(r'<ul class="reasons">.*?</ul>', page, re.DOTALL)
    return re.findall(r"<span>(.*?)</span>", unescape(found[0])) if found else []


def test_it_asks_first(desk: Desk) -> None:
    page = desk.open("/calendar/why")
    assert page.status_code == 200
    for name in ("event_type", "date", "time"):
        assert f'<label for="{name}">' in page.text
    assert "offered." not in page.text.partition("<form")[2]


def test_a_day_whose_holidays_nobody_knows_yet(desk: Desk, build: Build) -> None:
    end = library_end()
    asked = f"/calendar/why?event_type=30min&date={end + timedelta(days=40)}&time=10:00"
    set_schedule(build, desk.host_id, holiday_country="LK")
    page = desk.open(asked).text
    assert f"Holidays are known until {format_day(end)}" in page
    command = ["why", build.row("SELECT slug FROM host")[0], "30min", f"{end + timedelta(days=40)}T10:00"]
    assert f"Holidays are known until {format_day(end)}" in build.app.test_cli_runner().invoke(args=command).output
    set_schedule(build, desk.host_id, holiday_country="DE")
    assert "are known until" not in desk.open(asked).text


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_offered_says_so(open_desk: Desk, htmx: bool) -> None:
    page = open_desk.open(url("10:00"), htmx=htmx)
    assert page.status_code == 200
    assert ("<html" in page.text) is not htmx
    assert "It is offered." in page.text
    assert "(Berlin), GMT+0" in page.text


def test_reasons_come_with_their_figures(open_desk: Desk, build: Build) -> None:
    assert reasons(open_desk, url("20:00"))[0].startswith("Outside the hours")
    build.event_type(open_desk.host_id, window_days=2, max_per_day=1)
    booking = build.booking(build.slot(open_desk.host_id, tomorrow(9, days=1)))
    assert reasons(open_desk, url("10:00", days=9))[0].startswith("Too far ahead: 2 days can be booked")
    taken = reasons(open_desk, f"/calendar/why?event_type=30min&start={booking.start:%Y-%m-%dT%H:%M:%SZ}")
    assert re.fullmatch(r"There is a meeting from .* to .*\.", taken[0])
    assert taken[1].startswith("1 booking of at most 1 on ")


def test_an_instant_fills_in_the_form(open_desk: Desk) -> None:
    page = open_desk.open("/calendar/why?event_type=60min&start=2027-07-05T08:30:00Z").text
    assert 'value="2027-07-05"' in page
    assert 'value="10:30' in page
    assert re.search(r'<option selected value="60min">', page)


def test_a_time_that_comes_twice_is_answered_twice(open_desk: Desk) -> None:
    page = open_desk.open("/calendar/why?event_type=30min&date=2027-10-31&time=02:30").text
    assert page.count(">It is not offered.</h2>") == 2
    assert "GMT+02:00" in page
    assert "GMT+01:00" in page


@pytest.mark.parametrize(
    "query",
    ["date=2027-13-01&time=10:00&event_type=30min", "date=2027-03-01&time=&event_type=30min",
     "date=2027-03-01&time=10:00&event_type=none", "date=9999-12-31&time=23:59&event_type=30min",
     "date=0001-01-01&time=00:00&event_type=30min", "date=2027-03-28&time=02:30&event_type=30min"],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_at_its_field(open_desk: Desk, query: str) -> None:
    page = open_desk.open(f"/calendar/why?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("start", ["x", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2027-01-01T10:00:00"])
def test_a_start_that_is_none_is_as_if_not_asked(open_desk: Desk, start: str) -> None:
    assert open_desk.open(f"/calendar/why?start={start}").status_code == 200


def test_another_hosts_event_type_is_none_of_the_choices(desk: Desk, other_desk: Desk, build: Build) -> None:
    rename = "UPDATE event_type SET slug = 'secret', title = 'Secret'"
    build.row(f"{rename} WHERE slug = '30min' AND host_id = :id RETURNING id", id=other_desk.host_id)
    page = desk.open(url("10:00", event_type="secret"))
    assert page.status_code == 422
    assert "Secret" not in page.text


def test_what_is_switched_off_can_be_asked_about(open_desk: Desk, build: Build) -> None:
    build.event_type(open_desk.host_id, is_active=False)
    assert reasons(open_desk, url("10:00")) == ["The event type is switched off."]


def test_without_event_types_it_leads_to_making_one(desk: Desk, build: Build) -> None:
    build.rows("DELETE FROM event_type RETURNING id")
    assert "/event-types/new" in desk.open("/calendar/why").text


def test_it_needs_few_queries(open_desk: Desk) -> None:
    assert open_desk.queries(url("10:00")) <= 8


def test_a_date_that_is_none_is_named_and_kept(desk: Desk) -> None:
    answer = desk.open("/calendar/why?event_type=30min&date=soon&time=10:00")
    assert answer.status_code in (200, 422)
    assert 'aria-invalid="true"' in answer.text
