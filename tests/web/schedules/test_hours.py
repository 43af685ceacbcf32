"""/availability: editing the weekly hours of a schedule, with and without htmx."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.builders import Build, coming
from tests.domain.availability.builders import day_window, weekly
from tests.schedule_builders import add_schedule, set_schedule, stored, versions
from tests.web.desk import HTMX, Desk
from tests.web.form_fields import form_fields
from tests.web.pages import errors_of

BOTH = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


def typed(desk: Desk, url: str = "/availability", form_id: str = "hours-form") -> MultiDict[str, str]:
    return form_fields(desk.open(url).text, form_id)


def send(desk: Desk, url: str, fields: MultiDict[str, str], *, htmx: bool = False) -> TestResponse:
    return desk.client.post(url, data=fields, headers=HTMX if htmx else {})


def default_url(desk: Desk, build: Build) -> str:
    return f"/availability/{build.row('SELECT id FROM schedule WHERE host_id = :h AND is_default', h=desk.host_id)[0]}"


def put(fields: MultiDict[str, str], day: int, *windows: tuple[str, str]) -> None:
    """Type the windows of a day, and open it."""
    fields.setlist(f"start.{day}", [start for start, _ in windows])
    fields.setlist(f"end.{day}", [end for _, end in windows])
    fields.setlist("open", sorted({*fields.getlist("open"), str(day)}))


def windows_of(page: str, day: int) -> list[tuple[str, str]]:
    fields = re.findall(rf'type="time" id="(start|end)-{day}-\d+"[^>]*? value="([^"]*)"', page)
    values = [value for _, value in fields]
    return list(zip(values[::2], values[1::2], strict=True))


def preview_of(page: str) -> str:
    part = page.split('<div id="preview">')[1].partition("</ol>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


# -- looking


def test_a_visitor_is_led_to_the_login(build: Build) -> None:
    assert build.app.test_client().get("/availability").status_code == 303


def test_a_fresh_host_starts_with_one_click_that_stores_nothing(desk: Desk, build: Build) -> None:
    page = desk.open("/availability").text
    assert "Monday to Friday 9:00–17:00" in page
    fields = typed(desk)
    fields["do"] = "fill"
    before = versions(build)
    filled = send(desk, default_url(desk, build) + "/hours/draft", fields).text
    assert [windows_of(filled, day) for day in range(7)] == [[("09:00", "17:00")]] * 5 + [[], []]
    assert "Not saved yet" in preview_of(filled)
    assert versions(build) == before
    assert send(desk, default_url(desk, build), form_fields(filled, "hours-form")).status_code == 303
    assert stored(build, desk.host_id).weekly_hours == weekly("09:00-17:00", "01234")
    assert "Monday to Friday 9:00–17:00" not in desk.open("/availability").text


def test_the_schedules_are_tabs_the_default_first(desk: Desk, build: Build) -> None:
    evenings = add_schedule(build, desk.host_id, "Evenings")
    page = desk.open("/availability").text
    assert re.findall(r'aria-current="page">([^<]*)</a><a href="[^"]*">(Evenings)<', page) == [
        ("Working hours", "Evenings")
    ]
    assert windows_of(desk.open(f"/availability/{evenings}").text, 0) == [("18:00", "21:00")]


def test_the_days_stand_in_the_order_of_the_week(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, week_start=6)
    names = re.findall(r'role="switch"[^>]*><span>(\w+)', desk.open("/availability").text)
    assert names[:2] == ["Sunday", "Monday"]


def test_pages_take_few_queries_and_another_hosts_schedule_is_not_found(desk: Desk, build: Build) -> None:
    overrides = {date(2027, 5, 4): (), date(2027, 5, 5): ()}
    mine = set_schedule(build, desk.host_id, overrides=overrides, holiday_country="DE")
    other = set_schedule(build, build.host())
    for number in range(5):
        add_schedule(build, desk.host_id, f"Number {number}")
    for path in ("", "/dates", "/dates?on=2027-05-04&until=2027-05-06", "/holidays", "/delete"):
        assert desk.queries(f"/availability/{mine}{path}") <= 8, path
        assert desk.open(f"/availability/{other}{path}").status_code == 404, path
        assert desk.open(f"/availability/{other}{path}", htmx=True).status_code == 404, path


@BOTH
def test_nothing_of_another_host_can_be_changed(desk: Desk, build: Build, htmx: bool) -> None:
    other = set_schedule(build, build.host())
    before = versions(build)
    fields = {"name": "Mine now", "time_zone": "UTC", "week_start": "0", "on": "2027-05-04", "kind": "off"}
    sections = ("/hours", "/dates", "/holidays")
    drafts = [f"{section}/{what}" for section in sections for what in ("draft", "preview")]
    for path in ("", "/dates", "/holidays", "/default", "/delete", *drafts):
        assert desk.post(f"/availability/{other}{path}", htmx=htmx, **fields).status_code == 404, path
    assert versions(build) == before


# -- saving


@pytest.mark.parametrize(
    ("hours", "htmx"),
    [("09:00-17:00", True), ("09:00-12:00 13:00-24:00", False), ("22:00-02:00", True), ("00:00-24:00", False),
     ("09:00-09:00", True), ("00:00-00:00", False)],
)  # fmt: skip
def test_saving_without_a_change_writes_nothing(desk: Desk, build: Build, hours: str, htmx: bool) -> None:
    off, other = coming(5, 4).date(), coming(5, 5).date()
    overrides = {off: (), other: (day_window("10:00-24:00"),)}
    set_schedule(build, desk.host_id, hours, overrides=overrides, holiday_country="DE", week_start=6,
                 holidays_off=frozenset({"Epiphany", "Good Friday"}), holiday_subdivision="BY")  # fmt: skip
    url = default_url(desk, build)
    forms = ((url, "hours-form", url), (f"{url}/holidays", "holidays-form", f"{url}/holidays"),
             (f"{url}/dates?on={off}", "dates-form", f"{url}/dates"),
             (f"{url}/dates?on={other}", "dates-form", f"{url}/dates"))  # fmt: skip
    before = versions(build)
    for page, form_id, action in forms:
        assert send(desk, action, typed(desk, page, form_id), htmx=htmx).status_code == (200 if htmx else 303)
    assert versions(build) == before


@BOTH
def test_what_is_typed_is_stored(desk: Desk, build: Build, htmx: bool) -> None:
    fields = typed(desk)
    put(fields, 0, ("13:00", "17:30"), ("9:05", "12:00"))
    put(fields, 4, ("22:00", "02:00"))
    put(fields, 5, ("18:00", "00:00"))
    put(fields, 6, ("18:00", "24:00"), ("", ""))
    fields.update({"name": " Office ", "time_zone": "America/New_York", "week_start": "6"})
    fields["name"], fields["time_zone"], fields["week_start"] = " Office ", "America/New_York", "6"
    answer = send(desk, default_url(desk, build), fields, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert ("Saved." in answer.text) is htmx
    read = stored(build, desk.host_id)
    assert (read.name, read.time_zone, read.week_start) == ("Office", "America/New_York", 6)
    found = [(one.weekday, one.start_minute, one.end_minute) for one in read.weekly_hours]
    assert found == [(0, 545, 720), (0, 780, 1050), (4, 1320, 120), (5, 1080, 1440), (6, 1080, 1440)]


def test_a_day_that_is_off_is_stored_without_hours(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, "09:00-17:00", "01")
    fields = typed(desk)
    fields.setlist("open", ["1"])
    send(desk, default_url(desk, build), fields)
    assert stored(build, desk.host_id).weekly_hours == weekly("09:00-17:00", "1")


@pytest.mark.parametrize(
    ("windows", "words", "wrong"),
    [
        ([("09:00", "12:00"), ("11:00", "13:00")], "overlap", "start-2-1"),
        ([("11:00", "13:00"), ("09:00", "12:00")], "overlap", "start-2-1"),
        ([("22:00", "02:00"), ("23:00", "23:30")], "overlap", "start-2-1"),
        ([("09:00", "12:00"), ("09:00", "12:00")], "overlap", "start-2-1"),
        ([("09:00", "")], "both times", "end-2-0"),
        ([("", "17:00")], "both times", "start-2-0"),
        ([("24:00", "17:00")], "both times", "start-2-0"),
        ([("09:00", "25:00")], "both times", "end-2-0"),
        ([("09:00", "17:60")], "both times", "end-2-0"),
        ([("nine", "<b>five")], "both times", "start-2-0"),
        ([("", "")], "from when to when", "start-2-0"),
        ([], "from when to when", "start-2-0"),
    ],
)
def test_wrong_times_are_named_at_their_field_and_all_that_was_typed_is_kept(
    desk: Desk, build: Build, windows: Any, words: str, wrong: str
) -> None:
    htmx = len(windows) == 2  # either is the same form; no need to try each both ways
    set_schedule(build, desk.host_id)
    fields = typed(desk)
    put(fields, 2, *windows)
    put(fields, 6, ("10:00", "11:00"))
    fields["name"] = "Typed, too"
    before = versions(build)
    answer = send(desk, default_url(desk, build), fields, htmx=htmx)
    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert re.findall(r'<input[^>]*id="([^"]*)"[^>]*aria-invalid="true"', answer.text) == [wrong]
    assert re.search(rf'<input[^>]*id="{wrong}"[^>]*aria-describedby="note-2', answer.text)
    assert 'id="note-2" role="alert"' in answer.text
    if windows:
        assert windows_of(unescape(answer.text), 2) == windows
    assert windows_of(answer.text, 6) == [("10:00", "11:00")]
    assert 'value="Typed, too"' in answer.text
    assert ("<html" in answer.text) is not htmx
    assert "<b>" not in answer.text
    assert versions(build) == before


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("name", "", "fill this in"), ("name", "Evenings", "another schedule of this name"), ("name", "x" * 81, "80"),
     ("time_zone", "Europe/Atlantis", "Choose a time zone"), ("week_start", "9", "valid choice")],
)  # fmt: skip
def test_wrong_settings_are_named_and_all_that_was_typed_is_kept(
    desk: Desk, build: Build, field: str, value: str, words: str
) -> None:
    add_schedule(build, desk.host_id, "Evenings")
    fields = typed(desk)
    put(fields, 6, ("10:00", "11:00"))
    fields[field] = value
    before = versions(build)
    answer = send(desk, default_url(desk, build), fields)
    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert windows_of(answer.text, 6) == [("10:00", "11:00")]
    assert versions(build) == before


def test_over_midnight_and_midnight_are_said_beside_the_times(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, "09:00-12:00 20:00-24:00", "0")
    marks = re.findall(r'id="mark-\d-\d">([^<]*)', desk.open("/availability").text)
    assert marks == ["", "midnight"]
    set_schedule(build, desk.host_id, "22:00-02:00", "0")
    assert 'id="mark-0-0">next day<' in desk.open("/availability").text
    assert 'value="02:00"' in desk.open("/availability").text
