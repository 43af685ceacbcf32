"""/availability/…/dates: days off and different hours, for one or several dates."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from tests.builders import Build, coming
from tests.domain.availability.builders import day_window
from tests.schedule_builders import set_schedule, stored, versions
from tests.web.desk import Desk
from tests.web.form_fields import form_fields
from tests.web.guest.picker import in_month
from tests.web.pages import errors_of
from tests.web.schedules.test_hours import BOTH, preview_of, send, typed

SOON = datetime.now(UTC).date() + timedelta(days=40)
SOON_WINDOW = (day_window("10:00-12:00"),)


@pytest.fixture
def url(desk: Desk, build: Build) -> str:
    """Of the dates of a schedule with hours on weekdays."""
    return f"/availability/{set_schedule(build, desk.host_id)}/dates"


def iso(days: int = 0) -> str:
    return (SOON + timedelta(days=days)).isoformat()


def said_of(page: str, day: date) -> str:
    """What a screen reader says of a date of the month."""
    number = re.findall(r'<span class="visually-hidden">([^<]*: [^<]*)</span>', page)
    return next(text for text in map(unescape, number) if f" {day.day}, {day.year}" in text and f"{day:%B}" in text)


def monday() -> date:
    return SOON + timedelta(days=-SOON.weekday() % 7)


def test_the_month_says_of_each_date_what_is_open(desk: Desk, build: Build) -> None:
    first = monday()
    overrides = {first: (), first + timedelta(days=1): SOON_WINDOW}
    url = f"/availability/{set_schedule(build, desk.host_id, overrides=overrides)}/dates"
    said = []
    for number in (0, 1, 2, 5):
        day = first + timedelta(days=number)
        page = desk.open(f"{url}?month={day:%Y-%m}").text
        said.append(said_of(page, day).partition(": ")[2].replace("\u202f", " ").replace("\u2009", " "))
    assert said == ["Day off", "10 AM – 12 PM", "9 AM – 5 PM", "Closed"]


@pytest.mark.parametrize(
    "query", ["", "?month=2027-13", "?month=x", "?on=2027-02-30", "?on=9999-01-01&until=x", "?month=2100-12"]
)
def test_any_address_gives_a_month(desk: Desk, url: str, query: str) -> None:
    assert desk.open(url + query).status_code == 200


def test_the_month_turns_by_links_that_are_whole_pages(desk: Desk, url: str) -> None:
    december = coming(12, 1)
    page = desk.open(f"{url}?{in_month(december)}")
    links = re.findall(r'id="month-(?:previous|next)" href="([^"]*)" hx-get="([^"]*)"', page.text)
    assert [unescape(href) for href, _ in links] == [
        f"{url}?month={december.year}-11",
        f"{url}?month={december.year + 1}-01",
    ]
    assert all(href == get for href, get in links)
    assert desk.open(links[0][0]).status_code == 200


def test_a_chosen_date_starts_with_the_opposite_of_usual(desk: Desk, url: str) -> None:
    saturday = monday() + timedelta(days=5)
    assert typed(desk, f"{url}?on={monday()}", "dates-form")["kind"] == "off"
    fields = typed(desk, f"{url}?on={saturday}", "dates-form")
    assert (fields["kind"], fields["start"], fields["end"]) == ("hours", "09:00", "17:00")


@BOTH
def test_several_dates_become_days_off(desk: Desk, build: Build, url: str, htmx: bool) -> None:
    fields = typed(desk, f"{url}?on={iso()}", "dates-form")
    fields["kind"], fields["until"] = "off", iso(2)
    answer = send(desk, url, fields, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert stored(build, desk.host_id).overrides == {SOON + timedelta(days=number): () for number in range(3)}
    page = answer.text if htmx else desk.open(answer.location).text
    assert "Day off" in page.split('id="coming-heading"')[1]
    assert page.count('class="list-row"') == 1


@BOTH
def test_a_date_gets_hours_of_its_own_also_over_midnight(desk: Desk, build: Build, url: str, htmx: bool) -> None:
    fields = typed(desk, f"{url}?on={iso()}", "dates-form")
    fields["kind"] = "hours"
    fields.setlist("start", ["20:00", "10:00", ""])
    fields.setlist("end", ["02:00", "12:00", ""])
    assert send(desk, url, fields, htmx=htmx).status_code == (200 if htmx else 303)
    assert stored(build, desk.host_id).overrides == {SOON: (day_window("10:00-12:00"), day_window("20:00-02:00"))}


@BOTH
def test_dates_become_usual_again_by_a_page_that_asks(desk: Desk, build: Build, htmx: bool) -> None:
    overrides = {SOON + timedelta(days=number): () for number in range(3)} | {SOON + timedelta(days=9): SOON_WINDOW}
    url = f"/availability/{set_schedule(build, desk.host_id, overrides=overrides)}/dates"
    remove = unescape(re.findall(r'href="([^"]*kind=usual[^"]*)"', desk.open(url).text)[0])
    before = versions(build)
    fields = typed(desk, remove, "dates-form")
    assert versions(build) == before
    assert (fields["on"], fields["until"], fields["kind"]) == (iso(), iso(2), "usual")
    send(desk, url, fields, htmx=htmx)
    assert stored(build, desk.host_id).overrides == {SOON + timedelta(days=9): SOON_WINDOW}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": ""}, "Choose a date."),
        ({"on": "yesterday"}, "Choose a date."),
        ({"until": "x"}, "leave this empty"),
        ({"until": iso(-1)}, "before the first date"),
        ({"until": iso(400)}, "A year at a time"),
        ({"on": "2020-05-04"}, "This has passed."),
        ({"kind": "hours", "start": ["09:00", "10:00"], "end": ["12:00", "11:00"]}, "overlap"),
        ({"kind": "hours", "start": ["09:00"], "end": ["x"]}, "both times"),
        ({"kind": "hours", "start": [], "end": []}, "from when to when"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_kept(
    desk: Desk, build: Build, url: str, changes: dict[str, Any], words: str
) -> None:
    fields = typed(desk, f"{url}?on={iso()}", "dates-form")
    fields["until"] = fields["until"] or iso(1) if "on" not in changes else ""
    for name, value in changes.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    before = versions(build)
    answer = send(desk, url, fields, htmx="kind" in changes)
    assert answer.status_code == 422
    assert words in errors_of(answer)
    assert 'aria-invalid="true"' in answer.text
    kept = form_fields(answer.text, "dates-form")
    assert all(kept[name] == value for name, value in changes.items() if isinstance(value, str))
    assert versions(build) == before


@BOTH
def test_rows_are_added_and_removed_without_storing(desk: Desk, build: Build, url: str, htmx: bool) -> None:
    fields = typed(desk, f"{url}?on={iso()}", "dates-form")
    fields["do"] = "add"
    before = versions(build)
    added = send(desk, f"{url}/draft", fields, htmx=htmx)
    starts = re.findall(r'name="start" value="([^"]*)"', added.text)
    assert starts[:1] == ["09:00"]
    assert len(starts) == 2
    fields["do"] = "remove.0"
    assert re.findall(r'name="start" value="', send(desk, f"{url}/draft", fields, htmx=htmx).text) == []
    assert added.text.lstrip().startswith('<div id="dates-fields"') is htmx
    assert versions(build) == before


def test_the_preview_is_of_the_weeks_around_what_is_chosen(desk: Desk, build: Build, url: str) -> None:
    day = monday() + timedelta(days=2)
    fields = typed(desk, f"{url}?on={day}", "dates-form")
    before = versions(build)
    for kind, said in (("usual", "5 PM"), ("off", "Day off")):
        fields["kind"] = kind
        answer = send(desk, f"{url}/preview", fields, htmx=True)
        shown = preview_of(answer.text).replace("\u202f", " ")
        assert f"{day:%a, %b} {day.day} " in shown
        assert said in shown.partition(f"{day:%a, %b} {day.day} ")[2][:20]
    assert "Not saved yet" in preview_of(send(desk, f"{url}/preview", fields).text)
    assert versions(build) == before
