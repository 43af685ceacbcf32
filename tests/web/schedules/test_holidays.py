"""/availability/…/holidays: a country, a part of it, a switch for each holiday."""

import re
from html import unescape

import pytest
from werkzeug.datastructures import MultiDict

from tests.builders import Build
from tests.schedule_builders import library_end, set_schedule, stored, versions
from tests.web.desk import Desk
from tests.web.form_fields import form_fields
from tests.web.schedules.test_hours import BOTH, send, typed
from webapp.words.formats import format_day


@pytest.fixture
def url(desk: Desk, build: Build) -> str:
    return f"/availability/{set_schedule(build, desk.host_id)}/holidays"


def names_of(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'name="listed" value="([^"]*)"', page)]


@BOTH
def test_a_country_shows_its_holidays_before_anything_is_stored(desk: Desk, build: Build, url: str, htmx: bool) -> None:
    fields = typed(desk, url, "holidays-form")
    fields["country"] = "DE"
    before = versions(build)
    whole = send(desk, f"{url}/draft", fields, htmx=htmx)
    assert "Christmas Day" in names_of(whole.text)
    assert "Epiphany" not in names_of(whole.text)
    assert "Bayern" in whole.text
    fields["listed_for"], fields["subdivision"] = "DE", "BY"
    part = send(desk, f"{url}/draft", fields, htmx=htmx)
    assert "Epiphany" in names_of(part.text)
    assert part.text.lstrip().startswith('<div id="holidays"') is htmx
    assert versions(build) == before


@BOTH
def test_each_holiday_can_be_switched_off(desk: Desk, build: Build, htmx: bool) -> None:
    off = frozenset({"Epiphany", "Day of a past year"})
    schedule_id = set_schedule(build, desk.host_id, holiday_country="DE", holiday_subdivision="BY", holidays_off=off)
    url = f"/availability/{schedule_id}/holidays"
    fields = typed(desk, url, "holidays-form")
    assert "Epiphany" not in fields.getlist("closed")
    fields.setlist("closed", [name for name in fields.getlist("closed") if name != "Christmas Day"] + ["Epiphany"])
    assert send(desk, url, fields, htmx=htmx).status_code == (200 if htmx else 303)
    assert stored(build, desk.host_id).holidays_off == {"Christmas Day", "Day of a past year"}


def test_another_country_starts_with_all_of_its_holidays(desk: Desk, build: Build) -> None:
    off = frozenset({"Good Friday"})
    schedule_id = set_schedule(build, desk.host_id, holiday_country="DE", holidays_off=off)
    url = f"/availability/{schedule_id}/holidays"
    fields = typed(desk, url, "holidays-form")
    fields["country"], fields["subdivision"] = "FR", "BY"
    send(desk, url, fields)
    read = stored(build, desk.host_id)
    assert (read.holiday_country, read.holiday_subdivision, read.holidays_off) == ("FR", None, frozenset())


def test_no_country_is_open_on_holidays(desk: Desk, build: Build) -> None:
    url = f"/availability/{set_schedule(build, desk.host_id, holiday_country='DE')}/holidays"
    fields = typed(desk, url, "holidays-form")
    fields["country"] = ""
    send(desk, url, fields)
    assert stored(build, desk.host_id).holiday_country is None


@BOTH
def test_what_is_no_country_is_refused(desk: Desk, build: Build, url: str, htmx: bool) -> None:
    fields = typed(desk, url, "holidays-form")
    fields["country"] = "XX"
    before = versions(build)
    answer = send(desk, url, fields, htmx=htmx)
    assert answer.status_code == 422
    assert "Choose a country" in answer.text
    assert versions(build) == before


def test_the_preview_counts_with_what_is_chosen(desk: Desk, url: str) -> None:
    fields: MultiDict[str, str] = typed(desk, url, "holidays-form")
    fields["country"] = "DE"
    answer = send(desk, f"{url}/preview", fields, htmx=True)
    assert answer.text.lstrip().startswith('<div id="preview">')
    assert "Not saved yet" in answer.text
    assert "Not saved yet" in send(desk, f"{url}/preview", fields).text
    assert form_fields(send(desk, f"{url}/preview", fields).text, "holidays-form")["country"] == "DE"


@BOTH
def test_where_the_known_holidays_end_is_said(desk: Desk, url: str, htmx: bool) -> None:
    fields = typed(desk, url, "holidays-form")
    for country, is_said in (("LK", True), ("DE", False), ("UA", False), ("", False)):
        fields["country"] = country
        page = send(desk, f"{url}/draft", fields, htmx=htmx).text
        assert (f"known until {format_day(library_end())}" in page) is is_said


def test_the_month_of_dates_says_it_too(desk: Desk, build: Build) -> None:
    schedule_id = set_schedule(build, desk.host_id, holiday_country="LK")
    end = library_end()
    dates = f"/availability/{schedule_id}/dates?month={end.year + 1}-06"
    said = f"Holidays are known until {format_day(end)}"
    assert said in desk.open(dates).text
    set_schedule(build, desk.host_id, holiday_country="DE")
    assert said not in desk.open(dates).text
