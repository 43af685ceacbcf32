"""Malicious input: a quick 4xx, never 500; nothing is changed."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.caller import Caller, code_of
from tests.builders import Build

DEEP = b"[" * 60_000
BODIES = [
    b"{", b"nonsense", b"\xff\xfe\x00", b'{"name": NaN}', b'{"duration_minutes": Infinity}', DEEP,
    b'{"a":' * 12_000, b'{"duration_minutes": ' + b"9" * 5000 + b"}", b'{"name": "\x01"}',
]  # fmt: skip
ODD = [
    b"[]", b'"text"', b"5", b"null", b"true", b'{"": 1}', b'{"__proto__": {}}', b'{"duration_minutes": 1e999}',
    b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'{"start": {"$gt": ""}}', b'{"start": [[[[[[]]]]]]}',
    b'{"slots": [[]]}', b'{"slots": [null]}', b'{"slots": {"0": {}}}', b'{"weekly_hours": [[1]]}',
    b'{"questions": [5], "title": []}', b'{"location": "x"}', b'{"answers": {"a\\u0000": "b"}}',
]  # fmt: skip
POSTS = ["/bookings", "/slots", "/slots/batch", "/event-types", "/blocked-times"]


def send(caller: Caller, method: str, path: str, body: bytes, media_type: str = "application/json") -> TestResponse:
    began = time.thread_time()
    response = caller.client.open(
        f"/api/v1{path}", method=method, data=body, content_type=media_type, headers=caller.headers
    )
    assert time.thread_time() - began < 2
    caller.check(method, path, response)
    return response


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_json_is_malformed(host: Caller, body: bytes) -> None:
    for method, path in [*(("POST", path) for path in POSTS), ("PUT", "/schedule"), ("PATCH", "/event-types/30min")]:
        response = send(host, method, path, body)
        assert (response.status_code, code_of(response)) == (400, "malformed"), path


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_json_of_another_shape_is_invalid(host: Caller, build: Build, body: bytes) -> None:
    before = [build.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("slot", "event_type", "weekly_hours")]
    for method, path in [*(("POST", path) for path in POSTS), ("PUT", "/schedule"), ("PATCH", "/event-types/30min")]:
        response = send(host, method, path, body)
        assert (response.status_code, code_of(response)) == (422, "invalid"), path
    assert [build.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("slot", "event_type", "weekly_hours")] == (
        before
    )


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", ""]
)
def test_only_json_is_taken(host: Caller, media_type: str) -> None:
    response = send(host, "POST", "/slots", b"{}", media_type)
    assert (response.status_code, code_of(response)) == (415, "unsupported_media_type")


def test_bodies_are_limited(host: Caller) -> None:
    response = send(host, "POST", "/slots", b'{"x": "' + b"y" * 1_500_000 + b'"}')
    assert (response.status_code, code_of(response)) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/", 404), ("PUT", "/slots", 405), ("TRACE", "/me", 405), ("POST", "/me", 405),
     ("GET", "/slots/not-an-id", 404), ("GET", "/bookings/1", 404), ("GET", "/me%00", 400), ("GET", "/me?x=%00", 400),
     ("GET", "/event-types/" + "x" * 5000, 404), ("GET", "/event-types/%ff", 404), ("GET", "/hosts/%F0%9F%92%A9", 404),
     ("GET", "/hosts/" + "%27%20OR%201=1--", 404), ("GET", "/slots?limit=" + "9" * 5000, 422)],
)  # fmt: skip
def test_strange_addresses_are_answered_by_problems(host: Caller, method: str, path: str, status: int) -> None:
    response = host.client.open(f"/api/v1{path}", method=method, headers=host.headers)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    if status == 405:
        assert response.headers["Allow"]


def test_stored_text_comes_back_as_text(host: Caller) -> None:
    title = '<script>alert(1)</script>{{7*7}}" onload="x'
    made = host.post("/event-types", {"slug": "xss", "title": title, "duration_minutes": 30})
    assert made.get_json()["title"] == title
    assert made.headers["X-Content-Type-Options"] == "nosniff"
    assert made.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_error_of_ours_tells_nothing(client: FlaskClient, specification: Any) -> None:
    app = client.application
    original = app.view_functions["api_token.get_me"]

    def fail() -> None:
        raise RuntimeError("secret detail")

    app.view_functions["api_token.get_me"], app.testing = fail, False
    try:
        response = client.get("/api/v1/me")
    finally:
        app.view_functions["api_token.get_me"], app.testing = original, True
    assert (response.status_code, code_of(response)) == (500, "internal_error")
    assert "secret" not in response.text
    assert response.headers["X-Request-ID"]


def test_another_host_name_is_refused_as_a_problem(client: FlaskClient) -> None:
    response = client.get("/api/v1/me", base_url="https://evil.example")
    assert response.status_code == 400
    assert json.loads(response.data)["code"] == "malformed"
    assert "TRUSTED_HOSTS" in json.loads(response.data)["detail"]
