"""If-Match and If-None-Match in every form."""

import uuid
from typing import Any

import pytest

from tests.api.caller import Caller, code_of
from tests.api.test_accounts import written
from tests.api.test_bookings import GUEST
from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.schedules.blocked_times import NewBlockedTime, change_blocked_time

EVENT_TYPE = "/event-types/30min"


@pytest.fixture
def tag(host: Caller) -> str:
    """That of Ada's event type, in quotes."""
    return host.get(EVENT_TYPE).headers["ETag"]


@pytest.fixture
def booking(build: Build, ada: int) -> dict[str, Any]:
    made = build.booking(build.slot(ada))
    return {"path": f"/bookings/{made.uid}", "free": build.slot(ada, tomorrow(15)).start}


@pytest.mark.parametrize("form", ["{}", "W/{}", "*", '"x", {}', '"x",W/{}'])
def test_what_the_caller_has_is_not_sent_again(host: Caller, tag: str, form: str) -> None:
    response = host.get(EVENT_TYPE, If_None_Match=form.format(tag))
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag


@pytest.mark.parametrize("form", ['"x"', "", "nonsense", '"open', ", ,"])
def test_what_the_caller_has_not_is_sent(host: Caller, tag: str, form: str) -> None:
    assert host.get(EVENT_TYPE, If_None_Match=form).status_code == 200


@pytest.mark.parametrize("form", ["{}", "*", '"x", {}'])
def test_what_is_still_so_is_changed(host: Caller, tag: str, form: str) -> None:
    response = host.patch(EVENT_TYPE, {"title": "New"}, If_Match=form.format(tag))
    assert (response.status_code, response.get_json()["title"]) == (200, "New")


@pytest.mark.parametrize("form", ['"x"', "W/{}", "", "nonsense", '"open', ", ,", '"x",W/{}'])
def test_a_condition_that_nothing_meets_changes_nothing(host: Caller, tag: str, form: str) -> None:
    """One that names nothing, too: it comes from a program that lost its ETag."""
    response = host.patch(EVENT_TYPE, {"title": "New"}, If_Match=form.format(tag))
    assert (response.status_code, code_of(response)) == (412, "precondition_failed")
    assert host.get(EVENT_TYPE).headers["ETag"] == tag


@pytest.mark.parametrize("wanted", [{"title": 5}, {"titel": "New"}])
def test_what_cannot_be_understood_is_said_before_the_condition_is_looked_at(
    host: Caller, tag: str, wanted: dict[str, Any]
) -> None:
    assert host.patch(EVENT_TYPE, wanted, If_Match='"x"').status_code == 422


def test_reads_have_no_use_for_if_match(host: Caller, tag: str) -> None:
    assert host.get(EVENT_TYPE, If_Match='"x"').get_json()["slug"] == "30min"


@pytest.mark.parametrize(
    ("action", "status"), [("reschedule", 200), ("accept", 409), ("decline", 409), ("no-show", 409)]
)
def test_a_booking_is_acted_on_as_the_caller_saw_it(
    host: Caller, booking: dict[str, Any], action: str, status: int
) -> None:
    path, body = f"{booking['path']}/{action}", None
    if action == "reschedule":
        body = {"start": written(booking["free"])}
    before = host.get(booking["path"])
    assert host.post(path, body, If_Match='"x"').status_code == 412
    assert host.get(booking["path"]).data == before.data
    assert host.post(path, body, If_Match=before.headers["ETag"]).status_code == status


def test_a_repetition_has_its_first_answer_though_the_etag_is_old_by_then(
    host: Caller, booking: dict[str, Any]
) -> None:
    body = {"start": written(booking["free"])}
    headers = {"If_Match": host.get(booking["path"]).headers["ETag"], "Idempotency_Key": "k1"}
    first, again = (host.post(f"{booking['path']}/reschedule", body, **headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")


def test_blocked_time_that_was_changed_on_the_pages_is_not_what_the_caller_saw(
    host: Caller, build: Build, ada: int
) -> None:
    body = {"start": written(tomorrow(9)), "end": written(tomorrow(11)), "note": "Dentist"}
    path = f"/blocked-times/{host.post('/blocked-times', body).get_json()['id']}"
    seen = host.get(path)
    blocked_id = uuid.UUID(seen.get_json()["id"])
    with build.app.app_context():
        longer = NewBlockedTime(start=tomorrow(9), end=tomorrow(12), note="Dentist")
        change_blocked_time(blocked_id, longer, host_id=ada, actor=host_actor(ada))
    assert host.delete(path, If_Match=seen.headers["ETag"]).status_code == 412
    now = host.get(path, If_None_Match=seen.headers["ETag"])
    assert (now.status_code, now.get_json()) == (200, seen.get_json() | {"end": written(tomorrow(12))})
    assert host.delete(path, If_Match=now.headers["ETag"]).status_code == 204


def test_a_guest_names_what_they_saw(guest: Caller, build: Build, ada: int) -> None:
    made = guest.post("/bookings", GUEST | {"slot_id": str(build.slot(ada).public_id)}).get_json()
    gita = Caller(guest.client, guest.specification, made["manage_token"])
    path, free = f"/bookings/{made['id']}", {"start": written(build.slot(ada, tomorrow(15)).start)}
    tag = gita.get(path).headers["ETag"]
    assert gita.post(f"{path}/reschedule", free, If_Match=tag).status_code == 200
    assert gita.delete(path, If_Match=tag).status_code == 412
    assert gita.delete(path, If_Match=gita.get(path).headers["ETag"]).status_code == 204
