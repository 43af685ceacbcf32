"""The examples of the specification work unchanged against the demo data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.api.caller import BASE, Caller, Specification
from tests.api.conftest import TokenMaker
from tests.api.test_settings import EMPTY
from tests.builders import Build
from webapp.api.spec import examples, openapi
from webapp.api.spec.examples import MONDAY, move_dates

ALWAYS = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]


@pytest.fixture
def demo(guest: Caller, build: Build, make_token: TokenMaker) -> Caller:
    """The program of the host whom the examples are about, who is always open."""
    host_id = build.host(slug="demo")
    caller = Caller(guest.client, guest.specification, make_token(host_id))
    assert caller.put("/schedule", EMPTY | {"weekly_hours": ALWAYS}).status_code == 200
    return caller


def body_of(specification: Specification, method: str, path: str) -> Any:
    operation = specification.document["paths"][f"{BASE}{path}"][method.lower()]
    return operation["requestBody"]["content"]["application/json"]["example"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/bookings"), ("POST", "/slots"), ("POST", "/slots/batch"), ("POST", "/event-types"),
     ("PUT", "/schedule"), ("POST", "/blocked-times"), ("POST", "/webhooks")],
)  # fmt: skip
def test_bodies_are_taken(demo: Caller, method: str, path: str) -> None:
    response = demo.call(method, path, body_of(demo.specification, method, path))
    assert response.status_code in (200, 201), response.text


def test_a_booking_is_moved_and_a_slot_and_an_event_type_are_changed(demo: Caller) -> None:
    booking, slot = (demo.post(path, body_of(demo.specification, "POST", path)).get_json()
                     for path in ("/bookings", "/slots"))  # fmt: skip
    for method, path, real in (
        ("POST", "/bookings/{booking_id}/reschedule", f"/bookings/{booking['id']}/reschedule"),
        ("PATCH", "/slots/{slot_id}", f"/slots/{slot['id']}"),
        ("PATCH", "/event-types/{slug}", "/event-types/30min"),
    ):
        assert demo.call(method, real, body_of(demo.specification, method, path)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/hosts/{slug}", "/hosts/{host_slug}/event-types/{slug}/slots",
     "/hosts/{host_slug}/event-types/{slug}/slots/why", "/event-types/{slug}"],
)  # fmt: skip
def test_parameters_name_what_there_is(demo: Caller, path: str) -> None:
    described = demo.specification.document["paths"][f"{BASE}{path}"]["get"]["parameters"]
    names = {one["name"]: one["example"] for one in described if one["in"] == "path"}
    query = {one["name"]: one["schema"]["example"] for one in described if one["in"] == "query"}
    answer = demo.get(f"{path.format(**names)}?{urlencode(query)}")
    assert answer.status_code == 200
    assert answer.get_json().get("data") != []


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 3, 15), date(2031, 1, 1)])
def test_they_are_of_the_coming_weeks_whenever_they_are_read(today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(today.year, today.month, today.day, 12, tzinfo=tz or UTC)

    monkeypatch.setattr(examples, "datetime", Clock)
    monday = examples.coming_monday()
    assert timedelta(days=8) <= monday - today <= timedelta(days=14)
    moved = move_dates({"data": [{"start": f"{MONDAY}T09:00:00+01:00", "id": 7, "end": None}]}, monday)
    assert moved == {"data": [{"start": f"{monday}T09:00:00+01:00", "id": 7, "end": None}]}


def test_next_week_it_is_the_same_with_other_dates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mondays = [examples.coming_monday() + timedelta(weeks=week) for week in range(2)]
    documents = []
    for monday in mondays:
        monkeypatch.setattr(openapi, "coming_monday", lambda monday=monday: monday)
        with app.app_context():
            documents.append(openapi.document())
    assert documents[0] != documents[1]
    assert documents[1] == move_dates(documents[0], MONDAY + timedelta(weeks=1))
