"""The specification and the application agree, in both directions."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.caller import Caller, Specification
from webapp.api.http.operation import operation_of
from webapp.api.http.problem_words import HTTP_CODES, WORDS
from webapp.api.spec.openapi import operations
from webapp.domain.errors import DomainError

METHODS = ("get", "post", "put", "patch", "delete")


def described(specification: Specification) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in specification.document["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def test_it_is_openapi_3_1(specification: Specification, client: FlaskClient) -> None:
    from openapi_spec_validator import validate

    validate(specification.document)
    assert specification.document["openapi"].startswith("3.1")
    response = client.get("/openapi.json")
    assert response.get_json() == specification.document
    assert client.get("/openapi.json", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert "Set-Cookie" not in response.headers


def test_specification_and_routes_agree_both_ways(app: Flask, specification: Specification) -> None:
    routes = {(path, method.lower()) for path, method, _ in operations(app)}
    assert {(path, method) for path, method, _ in described(specification)} == routes
    below_api = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert all(operation_of(app.view_functions[endpoint]) for endpoint in below_api)


def test_operations_have_names_of_their_own_and_words(specification: Specification) -> None:
    names = [operation["operationId"] for _, _, operation in described(specification)]
    assert len(set(names)) == len(names)
    for _, _, operation in described(specification):
        assert operation["summary"]
        assert operation["tags"][0] in {tag["name"] for tag in specification.document["tags"]}


def test_each_operation_has_examples_that_are_valid(specification: Specification) -> None:
    for path, method, operation in described(specification):
        where = f"{method} {path}"
        if body := operation.get("requestBody"):
            content = body["content"]["application/json"]
            assert "example" in content, where
            specification.validate(content["schema"], content["example"])
        for answer in operation["responses"].values():
            for media_type, content in specification.resolved(answer).get("content", {}).items():
                examples = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
                for example in examples if media_type.endswith("json") else ():
                    specification.validate(content["schema"], example)


def test_parameters_are_told_and_never_null(specification: Specification) -> None:
    for path, _method, operation in described(specification):
        for parameter in operation["parameters"]:
            where = f"{path} {parameter['name']}"
            assert isinstance(parameter["schema"]["type"], str), where
            assert None not in [*parameter["schema"].get("enum", ()), parameter["schema"].get("default", "")], where
            assert "description" in parameter, where
            assert "example" in parameter or not parameter["name"].endswith("slug"), where


def test_a_body_is_required_where_it_has_something_required(specification: Specification) -> None:
    required = {
        operation["operationId"]: operation["requestBody"]["required"]
        for _, _, operation in described(specification)
        if "requestBody" in operation
    }
    assert (required["create_booking"], required["cancel_booking"], required["update_slot"]) == (True, False, False)


def test_conflicts_and_waits_are_told(specification: Specification) -> None:
    refusals = specification.document["paths"]["/api/v1/bookings"]["post"]["responses"]
    conflict = refusals["409"]["content"]["application/problem+json"]["examples"]
    theirs = {
        "slot_taken",
        "slot_unavailable",
        "already_booked",
        "address_refused",
        "too_many_open_bookings",
        "proof_required",
    }
    assert set(conflict) == theirs
    for status in ("429", "503"):
        assert "Retry-After" in specification.resolved(refusals[status])["headers"]


def test_bodies_and_answers_are_closed(specification: Specification) -> None:
    for name, schema in specification.document["components"]["schemas"].items():
        assert schema["additionalProperties"] is False, name


def test_who_may_call_is_said(app: Flask, specification: Specification) -> None:
    for path, method, operation in operations(app):
        said = specification.document["paths"][path][method.lower()]["security"]
        assert bool(said) is (operation.access != "public"), path


def test_every_code_has_words(specification: Specification) -> None:
    def tree(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        yield kind
        for inner in kind.__subclasses__():
            yield from tree(inner)

    assert {kind.code for kind in tree(DomainError) if kind.__module__.startswith("webapp.")} <= set(WORDS)
    assert set(HTTP_CODES.values()) <= set(WORDS)


def test_problems_lead_to_where_they_are_explained(client: FlaskClient) -> None:
    problem = client.get("/api/v1/nothing").get_json()
    path, _, anchor = problem["type"].removeprefix("http://localhost").partition("#")
    page = client.get(path)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text
    assert all(f'id="{code}"' in page.text for code in WORDS)


def test_the_list_of_problems_tells_their_status(client: FlaskClient, specification: Specification) -> None:
    page = client.get("/docs/problems").text
    told = dict(re.findall(r"<code>(\w+)</code> <strong>[^<]*</strong> · (\d+)", page))
    assert set(told) == set(WORDS) - {"error"}
    for _, _, operation in described(specification):
        for status, answer in operation["responses"].items():
            content = specification.resolved(answer).get("content", {}).get("application/problem+json", {})
            codes = [content["example"]["code"]] if "example" in content else content.get("examples", ())
            assert {told[code] for code in codes} <= {status}


@pytest.mark.parametrize("path", ["/docs", "/docs/problems"])
def test_pages_come_from_here_alone(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    for script in re.findall(r"<script[^>]*>", page.text):
        assert f'nonce="{nonce[1]}"' in script
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith(("/", "#")), address
        assert client.get(address.partition("#")[0] or path, buffered=True).status_code in (200, 303), address
    assert "Set-Cookie" not in page.headers


def test_the_tester_reads_the_specification(client: FlaskClient) -> None:
    assert 'data-specification="/openapi.json"' in client.get("/docs").text


def test_the_contract_in_one_table(specification: Specification) -> None:
    """The calls of the contract, so that none is lost by accident."""
    calls = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, method, _ in described(specification)}
    assert {
        "GET /hosts/{slug}", "GET /hosts/{host_slug}/event-types/{slug}/slots",
        "GET /hosts/{host_slug}/event-types/{slug}/slots/why", "POST /bookings", "GET /bookings/{booking_id}",
        "DELETE /bookings/{booking_id}", "POST /bookings/{booking_id}/reschedule",
        "GET /bookings/{booking_id}/invite.ics", "GET /me", "GET /slots", "POST /slots", "POST /slots/batch",
        "GET /slots/{slot_id}", "PATCH /slots/{slot_id}", "DELETE /slots/{slot_id}", "GET /event-types",
        "POST /event-types", "GET /event-types/{slug}", "PATCH /event-types/{slug}", "DELETE /event-types/{slug}",
        "GET /schedule", "PUT /schedule", "GET /blocked-times", "POST /blocked-times",
        "DELETE /blocked-times/{blocked_time_id}", "GET /bookings", "POST /bookings/{booking_id}/accept",
        "POST /bookings/{booking_id}/decline", "POST /bookings/{booking_id}/no-show",
        "GET /webhooks", "POST /webhooks", "GET /webhooks/{webhook_id}", "PATCH /webhooks/{webhook_id}",
        "DELETE /webhooks/{webhook_id}", "POST /webhooks/{webhook_id}/test", "GET /webhooks/{webhook_id}/deliveries",
        "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    } <= calls  # fmt: skip


def test_the_specification_is_json_of_modest_size(specification: Specification, guest: Caller) -> None:
    assert len(json.dumps(specification.document)) < 150_000
