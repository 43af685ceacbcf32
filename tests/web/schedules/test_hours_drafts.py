"""Buttons of the weekly hours that change the form without storing anything; the preview of the typed hours."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Build
from tests.schedule_builders import add_schedule, set_schedule, versions
from tests.web.desk import Desk
from tests.web.schedules.test_hours import BOTH, default_url, preview_of, put, send, typed, windows_of


@pytest.mark.parametrize(
    ("do", "days"),
    [
        ("add.0", {0: [("09:00", "17:00"), ("18:00", "19:00")]}),
        ("add.6", {6: [("09:00", "17:00")]}),
        ("remove.0.0", {0: []}),
        ("remove.1.0", {1: []}),
        ("copy.0", {2: [("09:00", "17:00")], 6: [("09:00", "17:00")]}),
        ("remove.0.7", {0: [("09:00", "17:00")]}),
        ("remove.x.y", {0: [("09:00", "17:00")]}),
    ],
)
@BOTH
def test_a_button_changes_the_form_and_stores_nothing(
    desk: Desk, build: Build, do: str, days: dict[int, list[tuple[str, str]]], htmx: bool
) -> None:
    set_schedule(build, desk.host_id, "09:00-17:00", "01")
    fields = typed(desk)
    fields["do"] = do
    fields.setlist("to.0", ["2", "6"])
    fields["name"] = "Typed, too"
    before = versions(build)
    answer = send(desk, default_url(desk, build) + "/hours/draft", fields, htmx=htmx)
    assert answer.status_code == 200
    assert {day: windows_of(answer.text, day) for day in days} == days
    assert ("<html" in answer.text) is not htmx
    if htmx:
        assert answer.text.lstrip().startswith('<div id="hours"')
        assert "schedule-drafted" in answer.headers["HX-Trigger"]
        assert "HX-Request" in answer.headers["Vary"]
    else:
        assert 'value="Typed, too"' in answer.text
    assert versions(build) == before


@BOTH
def test_a_day_switched_off_keeps_what_was_typed_until_it_is_on_again(desk: Desk, build: Build, htmx: bool) -> None:
    set_schedule(build, desk.host_id, "09:00-17:00", "0")
    url, fields = default_url(desk, build) + "/hours/draft", typed(desk)
    put(fields, 0, ("10:15", "11:45"))
    fields.setlist("open", [])
    off = send(desk, url, fields, htmx=htmx).text
    assert windows_of(off, 0) == []
    assert re.findall(r'type="hidden" name="(?:start|end).0" value="([^"]*)"', off) == ["10:15", "11:45"]
    fields.setlist("open", ["0"])
    assert windows_of(send(desk, url, fields, htmx=htmx).text, 0) == [("10:15", "11:45")]


def test_a_day_that_was_never_open_starts_with_usual_hours(desk: Desk, build: Build) -> None:
    fields = typed(desk)
    fields.setlist("open", ["5"])
    assert windows_of(send(desk, default_url(desk, build) + "/hours/draft", fields).text, 5) == [("09:00", "17:00")]


def test_the_preview_is_of_what_is_typed(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, "09:00-10:00", "0123456")
    url, fields = default_url(desk, build) + "/hours/preview", typed(desk)
    fields["event_type"] = "60min"
    unchanged = send(desk, url, fields, htmx=True).text
    assert "Not saved yet" not in unchanged
    for day in range(7):
        put(fields, day, ("09:00", "10:00"), ("20:00", "00:00"))
    before = versions(build)
    changed = send(desk, url, fields, htmx=True)
    said = preview_of(changed.text)
    assert "Not saved yet" in said
    assert said.count("20:00\u2009–\u2009midnight") + said.count("8:00 PM") + said.count("8 PM") >= 13
    assert int(said.split()[0]) > int(preview_of(unchanged).split()[0]) * 4
    assert changed.text.lstrip().startswith('<div id="preview">')
    assert "HX-Request" in changed.headers["Vary"]
    whole = send(desk, url, fields)
    assert whole.status_code == 200
    assert preview_of(whole.text) == said
    assert windows_of(whole.text, 3) == [("09:00", "10:00"), ("20:00", "00:00")]
    assert versions(build) == before


def test_while_typing_overlaps_and_nights_are_said_but_half_a_row_is_no_fault(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, "09:00-17:00", "012")
    url, fields = default_url(desk, build) + "/hours/preview", typed(desk)
    put(fields, 0, ("09:00", "12:00"), ("11:00", "13:00"))
    put(fields, 1, ("22:00", "02:00"))
    put(fields, 2, ("09:00", ""))
    answer = send(desk, url, fields, htmx=True).text
    partials = dict(re.findall(r'<hx-partial hx-target="#([^"]+)"[^>]*>(.*?)</hx-partial>', answer, re.DOTALL))
    assert set(partials) == {"note-0", "mark-0-0", "mark-0-1", "note-1", "mark-1-0", "note-2", "mark-2-0"}
    assert "overlap" in partials["note-0"]
    assert "next day" in partials["mark-1-0"]
    assert "field-error" not in partials["note-1"] + partials["note-2"]


def test_the_preview_forgives_settings_in_the_making(desk: Desk, build: Build) -> None:
    set_schedule(build, desk.host_id, "09:00-10:00", "0123456")
    fields = typed(desk)
    fields["time_zone"], fields["week_start"] = "Europe/Atl", "x"
    answer = send(desk, default_url(desk, build) + "/hours/preview", fields, htmx=True)
    assert answer.status_code == 200
    assert "Times of Berlin" in answer.text


def test_the_preview_is_for_the_event_type_that_is_asked_for(desk: Desk, build: Build) -> None:
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    not_today = "0123456".replace(str(now.weekday()), "")  # between nine and ten some of an hour would be over
    set_schedule(build, desk.host_id, "09:00-10:00", not_today)
    add_schedule(build, desk.host_id)
    counts = [
        int(preview_of(desk.open(f"/availability?event_type={slug}").text).split()[0])
        for slug in ("60min", "30min", "15min", "<unknown>")
    ]
    assert counts[0] * 2 == counts[1]
    assert counts[2] == counts[3] == counts[0] * 4


def test_a_host_without_active_event_types_is_told_so(desk: Desk, build: Build) -> None:
    build.rows("UPDATE event_type SET is_active = false RETURNING id")
    assert "no active event type" in desk.open("/availability").text
