"""How an operation refuses, for the specification: each status, and each code that a conflict can have."""

from typing import Any

from webapp.api.http.callers import Access, InsufficientScope
from webapp.api.http.operation import Operation
from webapp.api.http.problem_words import HTTP_CODES, WORDS
from webapp.api.http.problems import MEDIA_TYPE, problem_type

Json = dict[str, Any]

# Of the codes of a status, the one that the API answers with.
USUAL_CODES = HTTP_CODES | {403: InsufficientScope.code}
WAITING = (429, 503)


def refusals(operation: Operation, path: str) -> Json:
    """Responses by status."""
    found: Json = {str(status): {"$ref": f"#/components/responses/{status}"}
                   for status in _statuses(operation, path)}  # fmt: skip
    if operation.conflicts:
        found["409"] = _conflict([kind.code for kind in operation.conflicts])
    return dict(sorted(found.items()))


def shared_refusals() -> Json:
    """The components that `refusals` refers to."""
    return {str(status): _problem(status, code) for status, code in USUAL_CODES.items()}


def _statuses(operation: Operation, path: str) -> set[int]:
    found = {400, 429, 503, *operation.refuses}
    if operation.access is not Access.PUBLIC:
        found |= {401}
    if operation.access.requires_write:
        found |= {403}
    if "{" in path:
        found |= {404}
    if operation.has_query:
        found |= {422}
    if operation.method != "GET":
        found |= {413, 415, 422}
    if operation.matches:
        found |= {412}
    return found


def _problem(status: int, code: str) -> Json:
    made: Json = {"description": WORDS[code][0], "content": _content({"example": _example(status, code)})}
    if status in WAITING:
        made["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return made


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
