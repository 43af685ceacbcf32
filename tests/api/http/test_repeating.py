"""A repeated request gets the response of the first one (idempotency)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.api.caller import Caller, Specification, code_of
from tests.api.test_accounts import written
from tests.api.test_bookings import GUEST
from tests.builders import Build, tomorrow
from webapp.core.db import transaction
from webapp.services.operations.statistics import KEYS_KEPT, forget_idempotency_keys


@pytest.fixture
def body(build: Build, ada: int) -> dict[str, Any]:
    """Books a slot of Ada's."""
    return GUEST | {"slot_id": str(build.slot(ada).public_id)}


def test_a_repeated_booking_is_one_booking(guest: Caller, build: Build, body: dict[str, Any]) -> None:
    first = guest.post("/bookings", body, Idempotency_Key="k1")
    again = guest.post("/bookings", body, Idempotency_Key="k1")
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_the_answer_is_the_first_one_whatever_happened_since(
    guest: Caller, host: Caller, build: Build, ada: int, body: dict[str, Any]
) -> None:
    first = guest.post("/bookings", body, Idempotency_Key="k1")
    booking = first.get_json()
    new = build.slot(ada, tomorrow(15))
    host.post(f"/bookings/{booking['id']}/reschedule", {"start": written(new.start)})
    host.delete(f"/bookings/{booking['id']}", {"reason": "Away"})
    again = guest.post("/bookings", body, Idempotency_Key="k1")
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_what_a_person_wrote_is_not_kept_beside_the_key(guest: Caller, build: Build, body: dict[str, Any]) -> None:
    token = guest.post("/bookings", body, Idempotency_Key="k1").get_json()["manage_token"]
    kept = repr(build.row("SELECT * FROM idempotency_key"))
    for word in ("Gita", "gita@example.net", "Engines", token):
        assert word not in kept


def test_another_request_under_the_key_is_refused(guest: Caller, host: Caller, body: dict[str, Any]) -> None:
    guest.post("/bookings", body, Idempotency_Key="k1")
    response = guest.post("/bookings", body | {"subject": "Other"}, Idempotency_Key="k1")
    assert (response.status_code, code_of(response)) == (422, "idempotency_mismatch")
    slot = {"start": written(tomorrow(12)), "duration_minutes": 30}
    assert host.post("/slots", slot, Idempotency_Key="k2").status_code == 201
    assert host.post("/slots/batch", {"slots": [slot]}, Idempotency_Key="k2").status_code == 422


def test_keys_of_two_callers_are_two_keys(host: Caller, other_host: Caller, guest: Caller, build: Build) -> None:
    slot = {"start": written(tomorrow(12)), "duration_minutes": 30}
    ids = {one.post("/slots", slot, Idempotency_Key="same").get_json()["id"] for one in (host, other_host)}
    assert len(ids) == 2


def test_what_was_refused_can_be_tried_again_under_its_key(guest: Caller, build: Build, body: dict[str, Any]) -> None:
    assert guest.post("/bookings", body | {"name": " "}, Idempotency_Key="k1").status_code == 422
    assert guest.post("/bookings", body, Idempotency_Key="k1").status_code == 201
    assert build.row("SELECT count(*) FROM idempotency_key")[0] == 1


def test_every_post_takes_a_key(host: Caller, guest: Caller, build: Build, ada: int) -> None:
    build.event_type(ada, "30min", requires_confirmation=True)
    first, second = build.slots(ada, [tomorrow(9), tomorrow(10)])
    booking = build.booking(first)
    calls = [
        ("/slots", {"start": written(tomorrow(12)), "duration_minutes": 60}),
        ("/slots/batch", {"slots": [{"start": written(tomorrow(14)), "duration_minutes": 60}]}),
        ("/event-types", {"slug": "x1", "title": "X", "duration_minutes": 30}),
        ("/blocked-times", {"start": written(tomorrow(20)), "end": written(tomorrow(21))}),
        (f"/bookings/{booking.uid}/reschedule", {"start": written(second.start)}),
        (f"/bookings/{booking.uid}/accept", None),
        (f"/bookings/{build.booking(build.slot(ada, tomorrow(16))).uid}/decline", {"reason": "No"}),
    ]
    for path, given in calls:
        one = host.post(path, given, Idempotency_Key=f"key of {path}".replace(" ", "-"))
        two = host.post(path, given, Idempotency_Key=f"key of {path}".replace(" ", "-"))
        assert one.status_code < 300, (path, one.text)
        assert (two.status_code, two.data, two.headers.get("Location")) == (
            one.status_code, one.data, one.headers.get("Location"),
        ), path  # fmt: skip
        assert two.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["x" * 256, "two words", "\u00fc", ""])
def test_a_strange_key_is_refused(guest: Caller, body: dict[str, Any], key: str) -> None:
    response = guest.post("/bookings", body, Idempotency_Key=key)
    assert (response.status_code, code_of(response)) == (400, "malformed")


def test_a_key_is_forgotten_after_a_day(app: Flask, guest: Caller, build: Build, body: dict[str, Any]) -> None:
    assert KEYS_KEPT.total_seconds() == 24 * 3600
    guest.post("/bookings", body, Idempotency_Key="k1")
    build.row("UPDATE idempotency_key SET created_at = now() - interval '25 hours' RETURNING 1")
    with app.app_context(), transaction() as session:
        forget_idempotency_keys(session)
    assert guest.post("/bookings", body, Idempotency_Key="k1").status_code == 409


def test_the_same_key_many_times_at_once_is_one_booking(
    app: Flask, specification: Specification, build: Build, body: dict[str, Any]
) -> None:
    def attempt(_number: int) -> tuple[int, bytes]:
        caller = Caller(app.test_client(), specification)
        response = caller.post("/bookings", body, Idempotency_Key="race")
        return response.status_code, response.data

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(attempt, range(24)))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_two_keys_race_for_one_slot(
    app: Flask, specification: Specification, build: Build, body: dict[str, Any]
) -> None:
    def attempt(number: int) -> int:
        caller = Caller(app.test_client(), specification)
        mine = body | {"email": f"g{number}@example.net"}
        return caller.post("/bookings", mine, Idempotency_Key=str(uuid.uuid4())).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(16)))
    assert answers == [201] + [409] * 15
