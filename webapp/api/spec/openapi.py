"""The OpenAPI document, generated from the schemas and the declarations of the operations."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import flask_smorest
from flask import Flask, current_app

from webapp.api.http.callers import Access
from webapp.api.http.operation import Blueprint, Operation, operation_of
from webapp.api.schemas.base import Problem
from webapp.api.spec.examples import coming_monday, move_dates
from webapp.api.spec.parameters import header_parameters, path_parameters, refusals, shared_refusals, take_null_out
from webapp.api.spec.webhook_messages import MESSAGES, message_operations
from webapp.core.extensions import site

VERSION = "1.0.0"
Json = dict[str, Any]

DESCRIPTION = """\
Book meetings, and manage what can be booked.

* **Guests** need no token: list the slots of an event type, book one. The answer has a `manage_token`, with which the
  guest sees, moves and cancels this booking.
* **Hosts** make tokens under [Settings, API tokens](/settings/tokens), or by `flask --app wsgi create-token EMAIL`.
* Instants are RFC 3339. Answers are in UTC; requests carry any offset, but never none. Zones are IANA names.
* Errors are problem details (RFC 9457) with a stable `code`: see [the list](/docs/problems).
* `Idempotency-Key` on any POST: the same request again, within 24 hours, has the first answer again.
* `ETag` on reads: `If-None-Match` saves what you have, `If-Match` changes only what is still as you saw it.
* Lists come in pages: send `next_cursor` as `cursor` until it is null.
"""
HOST_TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "A host's token; it begins with `osl_`. Made under [Settings, API tokens](/settings/tokens), or by "
        "`flask --app wsgi create-token EMAIL`. Paste it alone, without the word Bearer."
    ),
}
MANAGE_TOKEN: Json = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Manage-Token",
    "description": "For guests: the `manage_token` that came with the answer to a booking.",
}
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.BOOKING: [{"manageToken": []}, {"hostToken": []}],
    Access.CHANGE_BOOKING: [{"manageToken": []}, {"hostToken": []}],
    Access.READ: [{"hostToken": []}],
    Access.WRITE: [{"hostToken": []}],
}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """Collects the operations. Leaves errors to the application's own handlers."""

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
    # Built only once, because building modifies what the library has collected. Only the dates change, once a week.
    build = cache(lambda: _document(api, app, blueprints))
    app.extensions["openapi"] = lru_cache(maxsize=1)(lambda monday: move_dates(build(), monday))


def document() -> Json:
    """The specification as JSON values."""
    specification: Json = current_app.extensions["openapi"](coming_monday())
    return specification


def operations(app: Flask) -> Iterator[tuple[str, str, Operation]]:
    """(path as written in the specification, method, operation) for every route that is an operation."""
    from flask_smorest.spec.plugins import FlaskPlugin

    for rule in app.url_map.iter_rules():
        if operation := operation_of(app.view_functions[rule.endpoint]):
            yield FlaskPlugin.flaskpath2openapi(rule.rule), operation.method, operation


def _document(api: Api, app: Flask, blueprints: Sequence[Blueprint]) -> Json:
    spec: Json = api.spec.to_dict()
    for path, method, operation in operations(app):
        item = spec["paths"][path]
        _complete(path, item[method.lower()], operation, item.get("parameters", []))
    for item in spec["paths"].values():
        item.pop("parameters", None)
    return {
        "openapi": spec["openapi"],
        "info": spec["info"] | {"description": DESCRIPTION},
        "servers": [{"url": site.url()}],
        "tags": [{"name": one.subject, "description": one.description} for one in blueprints],
        "paths": spec["paths"],
        "webhooks": message_operations(),
        "components": _components(spec["components"]["schemas"]),
    }


def _components(schemas: Json) -> Json:
    return {
        "schemas": schemas,
        "securitySchemes": {"hostToken": HOST_TOKEN, "manageToken": MANAGE_TOKEN},
        "responses": shared_refusals(),
        "headers": {name: _header(text) for name, text in HEADERS.items()},
    }


def _complete(path: str, described: Json, operation: Operation, shared: Sequence[Json]) -> None:
    """Add what follows from the declaration of an operation: who may call it, its headers, and its error responses.

    `shared`: the parameters of the path.
    """
    described["operationId"] = operation.name
    described["security"] = SECURITY[operation.access]
    for parameter in described.get("parameters", []):
        take_null_out(parameter)
    # In the order in which readers look for them.
    of_path = path_parameters(path, shared)
    described["parameters"] = [*of_path, *described.get("parameters", []), *header_parameters(operation)]
    answers = {status: answer for status, answer in described["responses"].items() if status[0] == "2"}
    for status, answer in answers.items():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _headers_of(operation, status)}
    if operation.method == "GET":
        answers["304"] = {"description": "What If-None-Match names is still what there is."}
    described["responses"] = answers | refusals(operation, path)


HEADERS = {
    "ETag": "Names this state; for If-None-Match and If-Match.",
    "Location": "The path of what was made.",
    "Idempotent-Replayed": "`true`: this is the answer of an earlier request with the same key.",
    "RateLimit-Limit": "Requests in a window. Absent where limits are switched off.",
    "RateLimit-Remaining": "Requests left in this window.",
    "RateLimit-Reset": "Seconds until the limit is whole again.",
    "Retry-After": "Seconds to wait.",
}


def _headers_of(operation: Operation, status: str) -> list[str]:
    own = {"GET": ["ETag"], "POST": ["Idempotent-Replayed"]}.get(operation.method, [])
    location = ["Location"] if status == "201" else []
    return [*own, *location, "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}, "required": False}
