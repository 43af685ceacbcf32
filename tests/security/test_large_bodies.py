"""Bodies that are larger than anybody needs: refused by their length, their lists counted before their elements are
looked at, and answered with a few faults only."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import requests
from flask import Flask

from tests.builders import Build
from tests.live import Live, Person
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, Scope, create_token

Send = Callable[..., requests.Response]
SLOT = {"start": "2099-01-01T09:00:00Z", "duration_minutes": 30}
WINDOW = {"weekday": 0, "start": "09:00", "end": "09:01"}
SCHEDULE = {"time_zone": "UTC", "week_start": 0, "weekly_hours": [], "overrides": [], "holidays": None}
UNKNOWN = {f"unknown{number}": [] for number in range(3000)}


@pytest.fixture
def send(live: Live, app: Flask, build: Build, host: int) -> Send:
    """Sends a body as JSON with Ada's token."""
    with app.app_context():
        token = create_token(NewToken(name="x", scope=Scope.WRITE), host_id=host, actor=host_actor(host))

    def sent(method: str, path: str, body: Any) -> requests.Response:
        url, text = f"{live.url}/api/v1{path}", json.dumps(body, separators=(",", ":"))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return requests.request(method, url, data=text, headers=headers, timeout=60)

    return sent


def test_faults_are_counted(send: Send) -> None:
    for method, path in (("POST", "/bookings"), ("POST", "/slots"), ("PATCH", "/event-types/30min")):
        answer = send(method, path, UNKNOWN)
        assert answer.status_code == 422
        assert len(answer.json()["errors"]) <= 20
        assert len(answer.content) < 10_000


def test_long_lists_are_counted_before_their_elements(send: Send) -> None:
    answer = send("POST", "/slots/batch", {"slots": [[]] * 50_000})
    assert answer.json()["errors"] == {"slots": ["Length must be between 1 and 200."]}
    answer = send("PUT", "/schedule", SCHEDULE | {"weekly_hours": [0] * 50_000})
    assert answer.json()["errors"] == {"weekly_hours": ["Length must be between 0 and 2000."]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bookings", {"name": "x" * 70_000}),
        ("POST", "/slots/batch", {"slots": [SLOT] * 300_000}),
        ("PUT", "/schedule", SCHEDULE | {"weekly_hours": [WINDOW] * 300_000}),
    ],
)
def test_larger_bodies_are_refused_unread(send: Send, method: str, path: str, body: Any) -> None:
    with suppress(requests.ConnectionError):  # closed while it was being sent: some clients notice that first
        assert send(method, path, body).status_code == 413


def test_the_largest_documents_are_taken(send: Send) -> None:
    windows = [WINDOW | {"weekday": day, "start": f"{hour:02}:{minute:02}", "end": f"{hour:02}:{minute + 1:02}"}
               for day in range(7) for hour in range(24) for minute in range(0, 58, 5)]  # fmt: skip
    answer = send("PUT", "/schedule", SCHEDULE | {"weekly_hours": windows[:2000]})
    assert answer.status_code == 200
    assert len(answer.json()["weekly_hours"]) == 2000


def test_a_form_that_is_too_large_is_refused(live: Live, host: int, person: Callable[[], Person]) -> None:
    for path in ("/privacy", "/ada/30min/book"):
        with suppress(requests.ConnectionError):
            answer = person().session.post(live.url + path, data={"notes": "x" * 70_000}, timeout=60)
            assert answer.status_code == 413, path
