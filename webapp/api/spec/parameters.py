"""The parameters and error responses of an operation, for the specification."""

from collections.abc import Iterator, Sequence
from typing import Any

from webapp.api.http.callers import Access, InsufficientScope
from webapp.api.http.operation import Operation
from webapp.api.http.problem_words import HTTP_CODES, WORDS
from webapp.api.http.problems import MEDIA_TYPE, problem_type

Json = dict[str, Any]

EVENT_TYPE = "The slug of an event type: the last part of the address of its page."
PATH_WORDS = {
    "host_slug": "The host's slug: the last part of the address of their page.",
    "booking_id": "The `id` of a booking.",
    "slot_id": "The `id` of a slot.",
    "blocked_time_id": "The `id` of a blocked time.",
    "webhook_id": "The `id` of a webhook.",
    "delivery_id": "The `id` of a delivery: the `webhook-id` of its message.",
}
HOST_EXAMPLE, EVENT_TYPE_EXAMPLE = "demo", "30min"


def header_parameters(operation: Operation) -> Iterator[Json]:
    if operation.method == "POST":
        text = "Best a random UUID. The same key and request, within 24 hours: the first answer again."
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        yield _header("Idempotency-Key", text, schema)
    if operation.method == "GET":
        yield _header("If-None-Match", "An ETag that you have: 304 when it still holds.", {"type": "string"})
    if operation.matches:
        yield _header("If-Match", "The ETag that you decided by: 412 when it no longer holds.", {"type": "string"})


def path_parameters(path: str, parameters: Sequence[Json]) -> Iterator[Json]:
    """The path parameters, each with a description, and with an example if the demo data have one."""
    for parameter in parameters:
        name = parameter["name"]
        is_host = name == "host_slug" or path.endswith("/hosts/{slug}")
        words = {"description": PATH_WORDS["host_slug"] if is_host else PATH_WORDS.get(name, EVENT_TYPE)}
        if name.endswith("slug"):
            words["example"] = HOST_EXAMPLE if is_host else EVENT_TYPE_EXAMPLE
        yield parameter | words


def take_null_out(parameter: Json) -> None:
    """Remove null from a parameter's type: a parameter may be left out, but a URL cannot contain null."""
    schema = parameter["schema"]
    if isinstance(schema.get("type"), list):
        (schema["type"],) = (kind for kind in schema["type"] if kind != "null")
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if "default" in schema and schema["default"] is None:
        del schema["default"]


def _header(name: str, description: str, schema: Json) -> Json:
    return {"in": "header", "name": name, "description": description, "schema": schema, "required": False}


# Status -> code. If several codes have the same status, it is the one that the API itself uses.
USUAL_CODES = HTTP_CODES | {403: InsufficientScope.code}
WAITING = (429, 503)


def refusals(operation: Operation, path: str) -> Json:
    """Status -> error response."""
    responses: Json = {str(status): {"$ref": f"#/components/responses/{status}"}
                   for status in _statuses(operation, path)}  # fmt: skip
    if operation.conflicts:
        responses["409"] = _conflict([kind.code for kind in operation.conflicts])
    return dict(sorted(responses.items()))


def shared_refusals() -> Json:
    """The components that `refusals` refers to."""
    return {str(status): _problem(status, code) for status, code in USUAL_CODES.items()}


def _statuses(operation: Operation, path: str) -> set[int]:
    statuses = {400, 429, 503, *operation.refuses}
    if operation.access is not Access.PUBLIC:
        statuses |= {401}
    if operation.access.requires_write:
        statuses |= {403}
    if "{" in path:
        statuses |= {404}
    if operation.has_query:
        statuses |= {422}
    if operation.method != "GET":
        statuses |= {413, 415, 422}
    if operation.matches:
        statuses |= {412}
    return statuses


def _problem(status: int, code: str) -> Json:
    response: Json = {"description": WORDS[code][0], "content": _content({"example": _example(status, code)})}
    if status in WAITING:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


def _conflict(codes: list[str]) -> Json:
    examples = {code: {"summary": WORDS[code][0], "value": _example(409, code)} for code in codes}
    return {
        "description": "Code " + ", ".join(f"`{code}`" for code in codes),
        "content": _content({"examples": examples}),
    }


def _content(examples: Json) -> Json:
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}} | examples}


def _example(status: int, code: str) -> Json:
    title, detail = WORDS[code]
    example: Json = {"type": problem_type(code), "title": title, "status": status, "detail": detail, "code": code}
    return example | ({"errors": {"start": ["Must be in the future."]}} if status == 422 else {})
