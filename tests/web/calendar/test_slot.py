"""Publishing, viewing and withdrawing one slot."""

import json
import uuid
from datetime import timedelta

import pytest

from tests.builders import Build, tomorrow
from tests.web.clock_changes import next_sunday_of_change
from tests.web.desk import Desk
from tests.web.pages import errors_of

NEW = "/calendar/slots/new"


def typed(**given: str) -> dict[str, str]:
    return {"date": str(tomorrow(days=3).date()), "time": "10:00", "duration": "30"} | given


def slots(build: Build) -> list[tuple[object, ...]]:
    return [tuple(row) for row in build.rows("SELECT host_id, status, starts_at FROM slot WHERE withdrawn_at IS NULL")]


@pytest.mark.parametrize("duration", ["15", "30", "60"])
def test_without_script_the_slot_is_stored_and_the_week_shown(desk: Desk, build: Build, duration: str) -> None:
    answer = desk.post(NEW, **typed(duration=duration))
    assert (answer.status_code, answer.location) == (303, f"/calendar?on={typed()['date']}")
    stored = build.row("SELECT host_id, status, ends_at - starts_at FROM slot")
    assert tuple(stored) == (desk.host_id, "available", timedelta(minutes=int(duration)))
    assert "Published" in desk.open(answer.location).text


def test_with_htmx_the_form_is_ready_for_the_time_after(desk: Desk) -> None:
    answer = desk.post(NEW, htmx=True, **typed(time="10:00"))
    assert answer.status_code == 200
    assert json.loads(answer.headers["HX-Trigger"]) == {"calendar-changed": None}
    assert answer.text.strip().startswith('<aside id="panel"')
    assert 'value="10:30"' in answer.text
    assert "Published" in answer.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"duration": "45"}, "You have no event type of this duration."),
        ({"duration": ""}, "Choose a duration."),
        ({"time": ""}, "Choose a time."),
        ({"time": "25:99"}, "Not a valid time value."),
        ({"date": ""}, "Choose a date."),
        ({"date": "2027-02-30"}, "Not a valid date value."),
        ({"date": "2020-01-01"}, "This time has passed."),
        ({"date": "2099-01-01"}, "This is more than two years ahead."),
        ({"date": "9999-12-31"}, "This is more than two years ahead."),
        ({"date": "0001-01-01"}, "This time has passed."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    desk: Desk, build: Build, wrong: dict[str, str], said: str, htmx: bool
) -> None:
    answer = desk.post(NEW, htmx=htmx, **typed(**wrong))
    assert answer.status_code == 422
    assert said in errors_of(answer)
    assert slots(build) == []
    if "time" not in wrong:
        assert 'value="10:00"' in answer.text  # what was typed is kept


def test_an_overlap_is_a_conflict(desk: Desk, build: Build) -> None:
    desk.post(NEW, **typed())
    answer = desk.post(NEW, **typed(time="10:15"))
    assert answer.status_code == 409
    assert "There is a slot or a meeting at this time already." in errors_of(answer)
    assert len(slots(build)) == 1


def test_a_time_that_clocks_skip_is_refused(desk: Desk, build: Build) -> None:
    answer = desk.post(NEW, **typed(date=str(next_sunday_of_change(3)), time="02:30"))
    assert answer.status_code == 422
    assert "skip this time" in errors_of(answer)
    assert slots(build) == []


def test_a_time_that_comes_twice_asks_which(desk: Desk, build: Build) -> None:
    values = typed(date=str(next_sunday_of_change(10)), time="02:30")
    asked = desk.post(NEW, **values)
    assert asked.status_code == 422
    assert "comes twice" in errors_of(asked)
    assert asked.text.count('name="occurrence"') == 2
    for number in ("0", "1"):
        assert desk.post(NEW, occurrence=number, **values).status_code == 303
    first, second = sorted(row[2] for row in slots(build))  # type: ignore[type-var]
    assert second - first == timedelta(hours=1)  # type: ignore[operator]


def test_a_click_on_a_time_fills_in_the_form(desk: Desk) -> None:
    sunday = next_sunday_of_change(10)
    page = desk.open(f"{NEW}?start={sunday}T01:30Z", htmx=True).text  # 02:30 for the second time
    assert f'value="{sunday}"' in page
    assert 'value="02:30"' in page
    assert 'checked id="occurrence-1"' in page


@pytest.mark.parametrize("query", ["start=soon", "start=9999-12-31T23:30Z", "on=never", "start=2027-02-30T10:00Z"])
def test_a_start_that_is_none_leaves_the_next_full_hour(desk: Desk, query: str) -> None:
    assert desk.open(f"{NEW}?{query}").status_code == 200


def test_without_a_token_nothing_is_stored(desk: Desk, build: Build) -> None:
    assert desk.client.post(NEW, data=typed()).status_code == 400
    assert slots(build) == []


def test_deleting_asks_first_and_a_get_deletes_nothing(desk: Desk, build: Build) -> None:
    slot = build.slot(desk.host_id)
    page = desk.open(f"/calendar/slots/{slot.public_id}/delete")
    assert page.status_code == 200
    assert len(slots(build)) == 1
    answer = desk.post(f"/calendar/slots/{slot.public_id}/delete")
    assert answer.status_code == 303
    assert slots(build) == []


def test_deleting_with_htmx_refreshes_the_calendar(desk: Desk, build: Build) -> None:
    slot = build.slot(desk.host_id)
    answer = desk.post(f"/calendar/slots/{slot.public_id}/delete", htmx=True)
    assert json.loads(answer.headers["HX-Trigger"]) == {"calendar-changed": None}
    assert 'id="panel"' in answer.text


def test_a_booked_slot_is_not_deleted(desk: Desk, build: Build) -> None:
    slot = build.slot(desk.host_id)
    build.booking(slot)
    answer = desk.post(f"/calendar/slots/{slot.public_id}/delete")
    assert answer.status_code == 409
    assert "It has just been booked" in answer.text
    assert len(slots(build)) == 1


def test_another_hosts_slot_is_not_there(desk: Desk, other_desk: Desk, build: Build) -> None:
    slot = build.slot(desk.host_id)
    for public_id in (slot.public_id, uuid.uuid4()):
        url = f"/calendar/slots/{public_id}"
        assert [other_desk.open(url).status_code, other_desk.open(f"{url}/delete").status_code] == [404, 404]
        assert other_desk.post(f"{url}/delete").status_code == 404
    assert len(slots(build)) == 1


def test_slot_pages_take_few_queries(desk: Desk, build: Build) -> None:
    slot = build.slot(desk.host_id, capacity=3)
    for _ in range(3):
        build.booking(slot)
    assert desk.queries(f"/calendar/slots/{slot.public_id}") <= 8
    assert desk.queries(NEW) <= 8
