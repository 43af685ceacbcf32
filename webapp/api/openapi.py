"""The specification: made of the schemas and of what the operations say of themselves, never written by hand."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import flask_smorest
from flask import Flask, current_app

from webapp.api.blueprint import Blueprint, Operation, operation_of
from webapp.api.callers import Access
from webapp.api.problem_words import HTTP_CODES, WORDS
from webapp.api.problems import MEDIA_TYPE, problem_type
from webapp.api.schemas.common import Problem
from webapp.api.webhook_messages import MESSAGES, message_operations
from webapp.extensions import site

VERSION = "1.0.0"
Json = dict[str, Any]

DESCRIPTION = """\
Book meetings, and manage what can be booked.

* Instants are RFC 3339. Answers are in UTC; requests carry any offset, but never none. Zones are IANA names.
* Hosts make tokens in their settings; what a guest does to a booking, they prove with its `manage_token`.
* Errors are problem details (RFC 9457) with a stable `code`: see [the list](/docs/problems).
* `Idempotency-Key` on any POST: the same request again, within 24 hours, has the first answer again.
"""
HOST_TOKEN: Json = {"type": "http", "scheme": "bearer", "description": "A host's token, made in the settings."}
MANAGE_TOKEN: Json = {"type": "apiKey", "in": "header", "name": "X-Manage-Token",
                      "description": "The `manage_token` of one booking."}  # fmt: skip
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.BOOKING: [{"manageToken": []}, {"hostToken": []}],
    Access.CHANGE_BOOKING: [{"manageToken": []}, {"hostToken": []}],
    Access.READ: [{"hostToken": []}],
    Access.WRITE: [{"hostToken": []}],
}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """Collects operations. Errors stay with the application's own handlers."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return


def init_app(app: Flask, blueprints: Sequence[Blueprint]) -> None:
    app.config.from_mapping(API_TITLE="Openslot", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = Api()
    api.init_app(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    for message in MESSAGES:
        api.spec.components.schema(message.__name__, schema=message)
    app.extensions["openapi"] = cache(lambda: _document(api, app, blueprints))


def document() -> Json:
    """The specification as JSON values; made once."""
    made: Json = current_app.extensions["openapi"]()
    return made


def operations(app: Flask) -> Iterator[tuple[str, str, Operation]]:
    """(path as the specification writes it, method, operation) of every route that is one."""
    from flask_smorest.spec.plugins import FlaskPlugin

    for rule in app.url_map.iter_rules():
        if operation := operation_of(app.view_functions[rule.endpoint]):
            yield FlaskPlugin.flaskpath2openapi(rule.rule), operation.method, operation


def _document(api: Api, app: Flask, blueprints: Sequence[Blueprint]) -> Json:
    made: Json = api.spec.to_dict()
    made["info"]["description"] = DESCRIPTION
    made["servers"] = [{"url": site.url()}]
    made["tags"] = [{"name": one.subject, "description": one.description} for one in blueprints]
    made["components"] = {
        "schemas": made["components"]["schemas"],
        "securitySchemes": {"hostToken": HOST_TOKEN, "manageToken": MANAGE_TOKEN},
        "responses": {str(status): _problem(status) for status in HTTP_CODES},
        "headers": {name: _header(text) for name, text in HEADERS.items()},
    }
    for path, method, operation in operations(app):
        _complete(made["paths"][path], method.lower(), operation)
    made["webhooks"] = message_operations()
    return made


def _complete(path: Json, method: str, operation: Operation) -> None:
    """Adds what follows from the operation itself: who may call it, headers, and every way in which it refuses."""
    described = path[method]
    described["operationId"] = operation.name
    described["security"] = SECURITY[operation.access]
    described.setdefault("parameters", []).extend(_header_parameters(operation))
    for status, answer in described["responses"].items():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _headers_of(operation, status)}
    if operation.method == "GET":
        described["responses"]["304"] = {"description": "What If-None-Match names is still what there is."}
    for status in _refusals(path, operation):
        described["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}


def _refusals(path: Json, operation: Operation) -> list[int]:
    found = {400, 429, 503, *operation.refuses}
    if operation.access is not Access.PUBLIC:
        found |= {401}
    if operation.access.requires_write:
        found |= {403}
    if path.get("parameters"):
        found |= {404}
    if operation.has_query:
        found |= {422}
    if operation.method != "GET":
        found |= {413, 415, 422}
    if operation.matches:
        found |= {412}
    return sorted(found)


def _header_parameters(operation: Operation) -> Iterator[Json]:
    if operation.method == "POST":
        text = "The same key and request, within 24 hours: the first answer again."
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        yield _parameter("Idempotency-Key", text, schema)
    if operation.method == "GET":
        yield _parameter("If-None-Match", "An ETag that you have: 304 when it still holds.", {"type": "string"})
    if operation.matches:
        yield _parameter("If-Match", "The ETag that you decided by: 412 when it no longer holds.", {"type": "string"})


def _parameter(name: str, description: str, schema: Json) -> Json:
    return {"in": "header", "name": name, "description": description, "schema": schema, "required": False}


HEADERS = {
    "ETag": "Names this state; for If-None-Match and If-Match.",
    "Location": "The path of what was made.",
    "Idempotent-Replayed": "`true`: this is the answer of an earlier request with the same key.",
    "RateLimit-Limit": "Requests in a window. Absent where limits are switched off.",
    "RateLimit-Remaining": "Requests left in this window.",
    "RateLimit-Reset": "Seconds until the limit is whole again.",
}


def _headers_of(operation: Operation, status: str) -> list[str]:
    own = {"GET": ["ETag"], "POST": ["Idempotent-Replayed"]}.get(operation.method, [])
    made = ["Location"] if status == "201" else []
    return [*own, *made, "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}, "required": False}


def _problem(status: int) -> Json:
    code = HTTP_CODES[status]
    title, detail = WORDS[code]
    example: Json = {"type": problem_type(code), "title": title, "status": status, "detail": detail, "code": code}
    if status == 422:
        example["errors"] = {"start": ["Must be in the future."]}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": title, "content": content}
