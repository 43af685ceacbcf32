"""Publishing weeks of slots: the form, the preview, all or nothing."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.builders import Build, tomorrow
from tests.web.desk import Desk
from tests.web.pages import errors_of

MANY = "/calendar/slots/many"


def next_monday() -> date:
    day = tomorrow(days=2).date()
    return day + timedelta(days=(-day.weekday()) % 7)


def preview_url(**given: Any) -> str:
    values = {
        "weekdays": [0, 2],
        "from_time": "09:00",
        "to_time": "11:00",
        "first_on": next_monday(),
        "weeks": 2,
        "duration": "60",
    } | given
    return f"{MANY}/preview?{urlencode(values, doseq=True)}"


def starts(page: str) -> list[str]:
    return re.findall(r'name="start" value="([^"]+)"', page)


def count(build: Build) -> int:
    return int(build.row("SELECT count(*) FROM slot WHERE withdrawn_at IS NULL")[0])


def test_the_preview_lists_each_slot_and_stores_nothing(desk: Desk, build: Build) -> None:
    page = desk.open(preview_url())
    assert page.status_code == 200
    assert len(starts(page.text)) == 8
    assert page.text.count("<legend>") == 4
    assert "8 slots can be published" in page.text
    assert count(build) == 0


def test_what_was_previewed_is_published(desk: Desk, build: Build) -> None:
    chosen = starts(desk.open(preview_url()).text)
    answer = desk.post(MANY, start=chosen, duration="60")
    assert (answer.status_code, answer.location) == (303, f"/calendar?on={next_monday()}")
    assert count(build) == 8
    assert "8 slots published." in desk.open(answer.location).text


def test_with_htmx_it_leads_to_the_week(desk: Desk) -> None:
    chosen = starts(desk.open(preview_url(), htmx=True).text)
    answer = desk.post(MANY, htmx=True, start=chosen[:2], duration="60")
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"/calendar?on={next_monday()}"


def test_clashes_are_marked_and_cannot_be_ticked(desk: Desk, build: Build) -> None:
    first = starts(desk.open(preview_url()).text)[0]
    desk.post(MANY, start=[first], duration="60")
    page = desk.open(preview_url()).text
    assert len(starts(page)) == 7
    assert page.count("choice-refused") == 1
    assert "One time clashes" in page


def test_all_or_nothing(desk: Desk, build: Build) -> None:
    chosen = starts(desk.open(preview_url()).text)
    desk.post(MANY, start=chosen[3:4], duration="60")  # meanwhile, in another tab
    answer = desk.post(MANY, start=chosen, duration="60")
    assert answer.status_code == 409
    assert "Nothing was published" in answer.text
    assert len(starts(answer.text)) == 7
    assert count(build) == 1


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"from_time": ""}, "Choose a time."),
        ({"first_on": "soon"}, "Not a valid date value."),
        ({"first_on": "9999-12-31"}, "This is more than two years ahead."),
        ({"weeks": 0}, "Type a number from 1 to 26."),
        ({"weeks": 27}, "Type a number from 1 to 26."),
        ({"weeks": "many"}, "Not a valid integer value."),
        ({"duration": "45"}, "You have no event type of this duration."),
        ({"to_time": "09:30"}, "Not one slot fits into these hours."),
        ({"duration": "15", "weeks": 26}, "More than 200 slots at once."),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, wrong: dict[str, Any], said: str, htmx: bool) -> None:
    answer = desk.open(preview_url(**wrong), htmx=htmx)
    assert answer.status_code == 422
    assert said in errors_of(answer)


def test_nothing_ticked_publishes_nothing(desk: Desk, build: Build) -> None:
    answer = desk.post(MANY, duration="60")
    assert answer.status_code == 303
    assert "Choose at least one time." in desk.open(answer.location).text
    assert count(build) == 0


@pytest.mark.parametrize(
    "wrong", [{"start": "soon", "duration": "60"}, {"start": "2027-05-04T10:00:00Z", "duration": "7"}]
)
def test_what_no_preview_has_sent_is_refused(desk: Desk, build: Build, wrong: dict[str, str]) -> None:
    assert desk.post(MANY, **wrong).status_code == 422
    assert count(build) == 0


def test_changing_the_preview_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.open(preview_url(weeks=3)).text
    back = re.search(r'<a class="button" href="([^"]+)">Change', page)
    assert back
    form = desk.open(back[1].replace("&amp;", "&")).text
    assert re.search(r'name="weeks"[^>]*value="3"', form)
    assert form.count("checked") == 3  # two weekdays and a duration


def test_a_preview_takes_few_queries(desk: Desk) -> None:
    assert desk.queries(preview_url()) <= 8
    assert desk.queries(MANY) <= 8
