"""Strict parsing of request bodies and queries; errors are reported by field, whatever was sent."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request, g, request
from webargs.core import is_json, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from webapp.api.http.json import NotJson, parsed
from webapp.api.http.problems import MOST_FAULTS, Encoded, Malformed
from webapp.api.schemas.base import Body
from webapp.core.memo import Memo
from webapp.domain.errors import Invalid

LOCATIONS = ("json", "query")

LONGEST_CACHED = 200  # bytes; valid queries are at most half as long
_QUERIES: Memo[dict[str, Any]] = Memo(entries=256)


class Parser(FlaskParser):
    """The parser of all operations."""

    def parse(self, argmap: Any, req: Request | None = None, *, location: str | None = None, **options: Any) -> Any:
        """Some parsed queries are cached, because parsing took a tenth of the time of a listing; the result depends on
        nothing but the query. Invalid queries are not cached."""
        if location == "json" and "body" in g:
            return dict(g.body)
        read = partial(super().parse, argmap, req, location=location, **options)
        query_string = (req or request).query_string
        if not getattr(argmap, "is_cached", False) or len(query_string) > LONGEST_CACHED:
            return read()
        arguments = _QUERIES.get((argmap, query_string))
        if arguments is None:
            arguments = read()
            _QUERIES.keep((argmap, query_string), arguments)
        return dict(arguments)

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002
        """A missing body counts as an empty object, so that the error names the required fields."""
        body = req.get_data(cache=True)
        if not body:
            return missing
        if req.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Encoded
        if not is_json(req.mimetype):
            raise UnsupportedMediaType
        try:
            return parsed(body)
        except NotJson as error:
            raise Malformed(str(error)) from None

    def handle_error(self, error: ma.ValidationError, *_request: Any, **_options: Any) -> NoReturn:
        messages: Any = error.messages
        errors: dict[str, list[str]] = {}
        for location, faults in messages.items() if isinstance(messages, dict) else [("json", messages)]:
            for field, texts in _flat(faults if location in LOCATIONS else {location: faults}):
                errors.setdefault(field, []).extend(texts)
                if len(errors) == MOST_FAULTS:
                    raise Invalid(errors)
        raise Invalid(errors)


def _flat(faults: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """`{"slots": {0: {"start": [...]}}}` -> `slots.0.start`; an error of a whole object gets the object's name."""
    if not isinstance(faults, dict):
        yield path, [str(text) for text in (faults if isinstance(faults, list) else [faults])]
        return
    for name, inner in faults.items():
        part = "" if name == "_schema" else str(name)
        yield from _flat(inner, f"{path}.{part}" if path and part else path or part)


parser = Parser(unknown=None)  # the schemas decide about unknown fields


NO_FIELDS = Body()


def body_of(schema: ma.Schema, req: Request) -> None:
    """Parse the body, once for this request. Raises Invalid, Malformed, RequestEntityTooLarge."""
    g.body = parser.parse(schema, req, location="json")
