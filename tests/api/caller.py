"""A client of the API that checks every response against the specification."""

import json
from typing import Any

import jsonschema_rs
from flask.testing import FlaskClient
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from webapp.api.http.operation import operation_of

BASE = "/api/v1"
Json = dict[str, Any]


class Specification:
    """The OpenAPI document, and answers held against it."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._validators: dict[str, Any] = {}

    def check(self, operation: Json, response: TestResponse) -> None:
        status = str(response.status_code)
        if status == "405":  # of a path, not of an operation
            return
        assert status in operation["responses"], f"{operation['operationId']} does not speak of {status}"
        described = self.resolved(operation["responses"][status])
        for name in described.get("headers", {}):
            assert not name.startswith("ETag") or name in response.headers
        if status == "409":
            assert response.get_json()["code"] in described["content"][response.mimetype]["examples"]
        content = described.get("content")
        if not content:
            assert response.data == b"", operation["operationId"]
            return
        assert response.mimetype in content, (response.mimetype, operation["operationId"])
        if response.mimetype.endswith("json"):
            self.validate(content[response.mimetype]["schema"], response.get_json())

    def validate(self, schema: Json, value: Any) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema,
                     "components": self.document["components"]}  # fmt: skip
            self._validators[key] = jsonschema_rs.validator_for(whole, validate_formats=True)
        self._validators[key].validate(value)

    def resolved(self, value: Json) -> Json:
        while "$ref" in value:
            found: Any = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value


class Caller:
    """Somebody with a token, or without."""

    def __init__(self, client: FlaskClient, specification: Specification, token: str | None = None) -> None:
        self.client = client
        self.specification = specification
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """`path` below /api/v1. Header names with _ for -."""
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        options: Json = {"json": body} if body is not None else {}
        response = self.client.open(f"{BASE}{path}", method=method, headers=given, **options)
        self.check(method, path, response)
        return response

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("DELETE", path, body, **headers)

    def check(self, method: str, path: str, response: TestResponse) -> None:
        """Against the specification, and what holds for each answer whatever it is."""
        assert "Set-Cookie" not in response.headers
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json", response.text
            self.specification.validate({"$ref": "#/components/schemas/Problem"}, response.get_json())
            assert response.get_json()["status"] == response.status_code
        found = self._operation(method, path)
        if found:
            self.specification.check(found, response)

    def _operation(self, method: str, path: str) -> Json | None:
        app = self.client.application
        try:
            rule, _ = app.url_map.bind("localhost").match(f"{BASE}{path.partition('?')[0]}", method, return_rule=True)
        except RequestRedirect:
            return None
        except Exception:  # noqa: BLE001  no route: nothing is promised
            return None
        operation = operation_of(app.view_functions[rule.endpoint])
        if operation is None:
            return None
        from webapp.api.spec.openapi import operations

        path = next(path for path, _, one in operations(app) if one is operation)
        found: Json = self.specification.document["paths"][path][operation.method.lower()]
        return found


def code_of(response: TestResponse) -> str:
    code: str = response.get_json()["code"]
    return code


def fields_at_fault(response: TestResponse) -> list[str]:
    return sorted(response.get_json().get("errors", {}))
