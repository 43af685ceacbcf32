"""Every operation with an id, generated from the specification: anonymously, as another host, with a read-only token.

Fails for a new operation with an id that is not listed here.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.api.caller import Caller, Specification, code_of
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow
from webapp.api.http.callers import Access
from webapp.api.http.operation import Operation
from webapp.api.spec.examples import NEW_WEBHOOK
from webapp.api.spec.openapi import operations
from webapp.services.shared.links import manage_token

TABLES = ("slot", "claim", "booking", "guest", "event_type", "schedule", "weekly_hours", "blocked_time", "outbox_event",
          "audit_entry", "idempotency_key", "webhook_endpoint", "delivery")  # fmt: skip
ABSENT = {"slug": "no-such-one"}
Objects = dict[str, str]


@pytest.fixture
def objects(build: Build, ada: int, host: Caller) -> Objects:
    """Ada's objects by the name of the path parameter."""
    booking = build.booking(build.slot(ada, tomorrow(9)))
    blocked = host.post("/blocked-times", {"start": written(tomorrow(20)), "end": written(tomorrow(21))})
    webhook = host.post("/webhooks", NEW_WEBHOOK).get_json()["id"]
    message = host.post(f"/webhooks/{webhook}/test").get_json()["id"]
    host.post("/event-types", {"slug": "only-hers", "title": "Only hers", "duration_minutes": 45})
    return {
        "booking_id": str(booking.uid),
        "slot_id": str(build.slot(ada, tomorrow(12)).public_id),
        "blocked_time_id": blocked.get_json()["id"],
        "webhook_id": webhook,
        "delivery_id": message,
        "slug": "only-hers",
        "host_slug": "ada",
    }


def private_operations(app: Flask) -> Iterator[tuple[str, Operation]]:
    for path, _method, operation in operations(app):
        if "{" in path and operation.access is not Access.PUBLIC:
            yield path.removeprefix("/api/v1"), operation


def addressed(path: str, values: Objects) -> str:
    found = path.format(**values)
    return f"{found}?start={written(tomorrow(12))}" if found.endswith("/why") else found


def body_for(specification: Specification, path: str, operation: Operation) -> Any:
    described = specification.document["paths"][f"/api/v1{path}"][operation.method.lower()]
    body = described.get("requestBody")
    return body["content"]["application/json"]["example"] if body else None


def state(build: Build) -> str:
    return json.dumps([[list(row) for row in build.rows(f"SELECT * FROM {table} ORDER BY 1")] for table in TABLES],
                      default=str)  # fmt: skip


def test_there_are_operations_to_try(app: Flask) -> None:
    assert len(list(private_operations(app))) >= 20


def test_nobody_without_a_token_does_anything(
    app: Flask, guest: Caller, build: Build, objects: Objects, specification: Specification
) -> None:
    before = state(build)
    for path, operation in private_operations(app):
        response = guest.call(operation.method, addressed(path, objects), body_for(specification, path, operation))
        assert (response.status_code, code_of(response)) == (401, "unauthorized"), (path, operation.method)
    assert state(build) == before


def test_for_another_host_they_do_not_exist(
    app: Flask, other_host: Caller, build: Build, objects: Objects, specification: Specification
) -> None:
    """404, and byte for byte the answer of an id that nobody has."""
    nobodys = {name: ABSENT.get(name, str(uuid.uuid4())) for name in objects} | {"host_slug": "ada"}
    before = state(build)
    for path, operation in private_operations(app):
        body = body_for(specification, path, operation)
        theirs = other_host.call(operation.method, addressed(path, objects), body)
        absent = other_host.call(operation.method, addressed(path, nobodys), body)
        assert theirs.status_code == 404, (path, operation.method)
        assert theirs.data == absent.data, (path, operation.method)
    assert state(build) == before


def test_a_manage_token_opens_its_own_booking_only(
    app: Flask, guest: Caller, build: Build, objects: Objects, specification: Specification
) -> None:
    with app.app_context():
        other = build.booking(build.slot(build.host()))
        token = manage_token(other.uid)
    before = state(build)
    for path, operation in private_operations(app):
        body = body_for(specification, path, operation)
        response = guest.call(operation.method, addressed(path, objects), body, X_Manage_Token=token)
        assert response.status_code == (404 if operation.access.is_for_guests else 401), (path, operation.method)
    assert state(build) == before


def test_a_read_only_token_changes_nothing(
    app: Flask, reader: Caller, build: Build, objects: Objects, specification: Specification
) -> None:
    before = state(build)
    for path, operation in private_operations(app):
        response = reader.call(operation.method, addressed(path, objects), body_for(specification, path, operation))
        if operation.access.requires_write:
            assert (response.status_code, code_of(response)) == (403, "insufficient_scope"), (path, operation.method)
        else:
            assert response.status_code == 200, (path, operation.method, response.text)
    assert state(build) == before


def test_every_write_without_an_id_needs_scope_write(
    app: Flask, reader: Caller, other_host: Caller, build: Build, objects: Objects, specification: Specification
) -> None:
    before = state(build)
    for path, method, operation in operations(app):
        if "{" not in path and operation.access is Access.WRITE:
            body = body_for(specification, path.removeprefix("/api/v1"), operation)
            assert reader.call(method, path.removeprefix("/api/v1"), body).status_code == 403, path
    assert state(build) == before


def test_lists_hold_ones_own_alone(host: Caller, other_host: Caller, objects: Objects) -> None:
    for path in ("/slots", "/bookings", "/blocked-times", "/webhooks"):
        assert host.get(path).get_json()["data"], path
        assert other_host.get(path).get_json()["data"] == [], path
    assert "only-hers" not in other_host.get("/event-types").text


def test_reading_changes_nothing(app: Flask, host: Caller, build: Build, objects: Objects) -> None:
    before = state(build)
    for path, _method, operation in operations(app):
        if operation.method == "GET":
            for one in ("GET", "HEAD", "OPTIONS"):
                host.client.open(addressed(path, objects), method=one, headers=host.headers)
    assert state(build) == before
