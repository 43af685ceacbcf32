"""The decorator of all operations: access, request and response of each, and what all operations have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import flask_smorest
import marshmallow as ma
from flask import Response, current_app, request

from webapp.api.http.answers import PUBLIC_CACHING, Made, add_rate_headers, allow_all_origins, json_answer, tagged
from webapp.api.http.callers import Access, admit
from webapp.api.http.conditions import matched
from webapp.api.http.json import dumped
from webapp.api.http.parsing import NO_FIELDS, body_of, parser
from webapp.api.http.repeating import check_key, repeatable
from webapp.core.db import end_reading
from webapp.core.extensions import csrf
from webapp.domain.errors import Conflict

LARGEST_BATCH = 256 * 1024  # bytes
View = Callable[..., Any]
Schema = type[ma.Schema]
Render = Callable[[Any], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the specification needs to know about an operation, besides its parameters and its response."""

    name: str
    method: str
    access: Access
    has_query: bool
    refuses: tuple[int, ...]
    conflicts: tuple[type[Conflict], ...]
    matches: View | None  # the read whose ETag is accepted in If-Match
    body: ma.Schema
    largest_body: int | None  # bytes; None: as everywhere

    @property
    def is_public_read(self) -> bool:
        return self.access is Access.PUBLIC and self.method == "GET"


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """The operations of one subject. They need no CSRF protection, because the API ignores cookies."""

    ARGUMENTS_PARSER = parser

    def __init__(self, subject: str, name: str, *, description: str) -> None:
        slug = subject.lower().replace(" ", "_").replace("'", "")
        super().__init__(f"api_{slug}", name, url_prefix="/api/v1", description=description)
        self.subject = subject
        csrf.exempt(self)

    def operation(
        self,
        method: str,
        rule: str,
        access: Access,
        *,
        body: Schema | None = None,
        query: Schema | None = None,
        answer: Schema | None = None,
        status: int = 200,
        example: Any = None,
        body_example: Any = None,
        media_type: str | None = None,
        refuses: tuple[int, ...] = (),
        conflicts: tuple[type[Conflict], ...] = (),
        matches: View | None = None,
        is_batch: bool = False,
    ) -> Callable[[View], View]:
        """`refuses`: error statuses in addition to those that follow from the other arguments; `conflicts`: the errors
        behind a 409; `is_batch`: takes a larger body than others. A view returns an object for the schema `answer`, a
        Made, a Response, or None (204)."""
        render = _renderer(answer, status)

        def decorate(view: View) -> View:
            operation = Operation(
                name=view.__name__,
                method=method,
                access=access,
                has_query=query is not None,
                refuses=refuses,
                conflicts=conflicts,
                matches=matches,
                body=body() if body else NO_FIELDS,
                largest_body=LARGEST_BATCH if is_batch else None,
            )
            parsing = matched(matches, view) if matches else view
            parsing = self._with_body(operation.body, body_example, parsing) if body else parsing
            parsing = self.arguments(query(), location="query")(parsing) if query else parsing
            documented = self.response(status, answer, example=example, content_type=media_type)(parsing)
            handled = _handled(documented, parsing, operation, render)
            self.route(rule, methods=[method], tags=[self.subject])(handled)
            return handled

        return decorate

    def _with_body(self, schema: ma.Schema, example: Any, view: View) -> View:
        """The view with its body parsed; the body is optional if none of its fields is required."""
        is_required = any(field.required for field in schema.fields.values())
        parsing: View = self.arguments(schema, example=example, required=is_required)(view)
        return parsing


def operation_of(view: View | None) -> Operation | None:
    return getattr(view, "operation", None)


def _handled(documented: View, parsing: View, operation: Operation, render: Render) -> View:
    def answered(**path: Any) -> Response:
        return render(parsing(**path))

    @wraps(documented)
    def handled(**path: Any) -> Response:
        admit(operation.access)
        if operation.method == "GET":
            return _read(answered(**path), operation)
        check_key()
        # Before any transaction: a large body takes a while, in which its locks and its connection would be held.
        end_reading()
        body_of(operation.body, request)
        if operation.method == "POST":
            return repeatable(lambda: parsing(**path), render)
        return answered(**path)

    handled.operation = operation  # type: ignore[attr-defined]
    handled.largest_body = operation.largest_body  # type: ignore[attr-defined]
    handled.current = answered  # type: ignore[attr-defined]
    return handled


def _read(response: Response, operation: Operation) -> Response:
    if operation.is_public_read:
        response.headers["Cache-Control"] = PUBLIC_CACHING
    return tagged(response)


def _renderer(answer: Schema | None, status: int) -> Render:
    schema = answer() if answer else None

    def render(value: Any) -> Response:
        if isinstance(value, Response):
            return value
        result = value.value if isinstance(value, Made) else value
        if schema is None:
            return Response(status=status)
        response = json_answer(dumped(schema.dump(result)), status)
        if isinstance(value, Made):
            response.headers["Location"] = value.path
        return response

    return render


def finish(response: Response) -> Response:
    """Set the headers of every response below /api/, including problems."""
    if not request.path.startswith("/api/"):
        return response
    operation = operation_of(current_app.view_functions.get(request.endpoint or ""))
    if operation and operation.is_public_read:
        allow_all_origins(response)
    return add_rate_headers(response)
