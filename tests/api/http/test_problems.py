"""Errors tell a client how to correct its request: all of them at once, each with its place."""

import gzip
from typing import Any

import pytest

from tests.api.caller import Caller, code_of, fields_at_fault
from tests.api.http.test_parsing_hostile_input import send
from tests.api.test_accounts import written
from tests.api.test_bookings import GUEST
from tests.api.test_settings import EMPTY
from tests.builders import Build, tomorrow


def slot(start: str) -> dict[str, Any]:
    """One that is wrong beside, so that nothing is made."""
    return {"start": start, "duration_minutes": 30, "capacity": 0}


@pytest.mark.parametrize(
    ("body", "words"),
    [(b'{\n  "start": 2027-03-14\n}', "line 2, column 16"), (b'{"start": "a", "start": "b"}', "twice"),
     (b'{"slots": [{"start": "a", "start": "b"}]}', "twice"), (b'{"capacity": NaN}', "no NaN"),
     (b'{"capacity": -Infinity}', "no -Infinity"), (b'{"note": "\xe9"}', "UTF-8"),
     ('{"note": "é"}'.encode("utf-16"), "not UTF-8"), ('{"note": "é"}'.encode("utf-16-le"), "not UTF-8"),
     ('{"note": "é"}'.encode("utf-32"), "not UTF-8"), (b"[" * 100_000, "too deep"),
     (b'{"capacity": ' + b"9" * 5000 + b"}", "too long"), (b"{} {}", "line 1, column 4"), (b" ", "not JSON"),
     (b'{"a\\ud800": 1}', "half a character"), (b'{"slots": [{"\xed\xa0\x80": 1}]}', "half a character")],
)  # fmt: skip
def test_it_is_said_what_is_no_json(host: Caller, body: bytes, words: str) -> None:
    response = send(host, "POST", "/slots/batch", body)
    assert (response.status_code, code_of(response)) == (400, "malformed")
    assert words in response.get_json()["detail"]


def test_faults_of_form_and_of_content_are_named_together(guest: Caller) -> None:
    wrong = {
        "name": "",
        "email": "gita@@example",
        "subject": "a\u202eb",
        "time_zone": "Mars/One",
        "notes": 5,
        "id": "x",
    }
    response = guest.post("/bookings", GUEST | wrong | {"slot_id": "00000000-0000-4000-8000-000000000000"})
    assert fields_at_fault(response) == sorted(wrong)


def test_a_key_that_is_none_is_named(guest: Caller) -> None:
    response = guest.post("/bookings", GUEST, Idempotency_Key="a b")
    assert (response.status_code, response.get_json()["detail"][:15]) == (400, "Idempotency-Key")


def test_bodies_come_as_they_are(host: Caller) -> None:
    response = host.client.post("/api/v1/slots", data=gzip.compress(b"{}"), content_type="application/json",
                                headers=host.headers | {"Content-Encoding": "gzip"})  # fmt: skip
    host.check("POST", "/slots", response)
    assert (response.status_code, code_of(response)) == (415, "unsupported_media_type")
    assert "Content-Encoding" in response.get_json()["detail"]


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null"])
def test_a_body_is_an_object(host: Caller, body: bytes) -> None:
    assert send(host, "POST", "/slots", body).get_json()["errors"] == {"": ["Must be a JSON object."]}


@pytest.mark.parametrize("action", ["accept", "no-show"])
def test_an_operation_without_fields_takes_none(host: Caller, build: Build, ada: int, action: str) -> None:
    build.event_type(ada, requires_confirmation=True)
    booking = build.booking(build.slot(ada))
    path = f"/bookings/{booking.uid}/{action}"
    assert fields_at_fault(host.post(path, {"reason": "x"})) == ["reason"]
    assert send(host, "POST", path, b"{").status_code == 400
    assert send(host, "POST", path, b"a=b", "text/plain").status_code == 415
    assert send(host, "POST", path, b" " * 1_500_000).status_code == 413
    assert host.get(f"/bookings/{booking.uid}").get_json()["status"] == "pending"


def test_an_empty_object_is_no_body(host: Caller, build: Build, ada: int) -> None:
    path = f"/slots/{build.slot(ada).public_id}"
    assert fields_at_fault(host.delete(path, {"force": True})) == ["force"]
    assert host.delete(path, {}).status_code == 204


@pytest.mark.parametrize(
    ("start", "words"),
    [("2027-03-14T09:00:00", "offset"), ("2027-03-14T09:00:00+05:60", "offset"),
     ("2027-03-14T09:00:00+24:00", "offset"),
     ("2027-03-14T09:00:60Z", "offset"), ("2027-03-14T09:00:00Z\n", "offset"), ("2027-03-14T09:00:00.5Z", "whole"),
     ("2027-03-14T09:00:00.000000001Z", "whole"), ("0001-01-01T00:00:00Z", "years"), ("9999-12-31T23:59:59Z", "years"),
     ("1999-12-31T23:59:59Z", "years")],
)  # fmt: skip
def test_it_is_said_what_is_no_instant(host: Caller, start: str, words: str) -> None:
    (message,) = host.post("/slots", slot(start)).get_json()["errors"]["start"]
    assert words in message


@pytest.mark.parametrize(("day", "words"), [("1999-12-31", "years"), ("2027-02-30", "a date"), ("14.3.2027", "a date")])
def test_it_is_said_what_is_no_day(host: Caller, day: str, words: str) -> None:
    (message,) = host.patch("/event-types/30min", {"window_to": day}).get_json()["errors"]["window_to"]
    assert words in message


@pytest.mark.parametrize(
    "start",
    ["2027-03-14T09:00:00+14:00", "2027-03-14T09:00:00-00:00", "2027-03-14t09:00:00z", "2027-03-14T09:00:00.000Z",
     "2027-03-14T09:00Z", "2027-03-14 09:00:00Z", "2027-03-14T23:59:59-23:59"],
)  # fmt: skip
def test_every_instant_of_the_standard_is_one(host: Caller, start: str) -> None:
    assert fields_at_fault(host.post("/slots", slot(start))) == ["capacity"]


def test_a_whole_number_may_have_a_point(host: Caller) -> None:
    """30.0 is an integer of JSON Schema; 1e400 is none, and 30.5 is no number of minutes."""
    assert host.patch("/event-types/30min", {"buffer_after_minutes": 30.0}).get_json()["buffer_after_minutes"] == 30
    for number in ("30.5", "1e400", "-1e400"):
        response = send(host, "PATCH", "/event-types/30min", f'{{"buffer_after_minutes": {number}}}'.encode())
        assert (response.status_code, fields_at_fault(response)) == (422, ["buffer_after_minutes"])


def test_all_that_is_missing_is_said_at_once(guest: Caller) -> None:
    assert fields_at_fault(guest.post("/bookings", {"start": "soon", "email": 5, "host": "ada"})) == [
        "email", "event_type", "name", "start", "subject", "time_zone",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["{}", "urn:uuid:{}", "{{{}}}"])
def test_an_id_has_one_form(guest: Caller, build: Build, ada: int, form: str) -> None:
    made = build.slot(ada).public_id
    text = form.format(made.hex if form == "{}" else made)
    assert fields_at_fault(guest.post("/bookings", GUEST | {"slot_id": text})) == ["slot_id"]
    assert guest.post("/bookings", GUEST | {"slot_id": str(made).upper()}).status_code == 201


def test_an_unknown_event_type_is_named(host: Caller) -> None:
    wanted = {"start": written(tomorrow(9)), "duration_minutes": 30, "event_type": "none"}
    single, many = host.post("/slots", wanted), host.post("/slots/batch", {"slots": [wanted]})
    message = ["You have no event type of this slug and duration."]
    assert single.get_json()["errors"] == {"event_type": message}
    assert many.get_json()["errors"] == {"slots.0": message}


@pytest.mark.parametrize("country", ["", "D", "DEU"])
def test_a_country_has_a_code(host: Caller, country: str) -> None:
    response = host.put("/schedule", EMPTY | {"holidays": {"country": country}})
    assert fields_at_fault(response) == ["holidays.country"]
