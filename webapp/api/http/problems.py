"""Errors as problem details (RFC 9457): every response below /api/ with a status of 400 or more comes from here."""

from itertools import islice
from typing import Any

from flask import Response, g
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError, UnsupportedMediaType

from webapp.api.http.json import dumped
from webapp.api.http.problem_words import HTTP_CODES, WORDS
from webapp.core.extensions import site
from webapp.core.http_status import status_of
from webapp.domain.errors import DomainError

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20  # named in one answer: a body of thousands of unknown fields would be answered by a longer one
LONGEST_FIELD = 200  # characters
UNKNOWN_HOST = "This instance does not answer to this host name: see PUBLIC_URL and TRUSTED_HOSTS in its settings."


def problem(error: Exception) -> Response:
    """The response to any exception raised below /api/."""
    if isinstance(error, DomainError):
        return _answer(status_of(error), error.code, error)
    if isinstance(error, HTTPException) and error.code:
        return _with_headers_of(error, _answer(error.code, HTTP_CODES.get(error.code, "error"), error))
    return _answer(500, HTTP_CODES[500], error)


def problem_type(code: str) -> str:
    """The URL that explains this problem."""
    return site.url(f"/docs/problems#{code}")


def _answer(status: int, code: str, error: Exception) -> Response:
    body: dict[str, Any] = {
        "type": problem_type(code),
        "title": WORDS[code][0],
        "status": status,
        "detail": _detail(code, error),
        "code": code,
    }
    if errors := getattr(error, "errors", None):
        named = islice(errors.items(), MOST_FAULTS)
        body["errors"] = {field[:LONGEST_FIELD]: list(messages[:MOST_FAULTS]) for field, messages in named}
    g.problem_code = code
    response = Response(dumped(body), status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _detail(code: str, error: Exception) -> str:
    if isinstance(error, SecurityError):
        return UNKNOWN_HOST
    return (isinstance(error, Explained) and error.description) or WORDS[code][1]


def _with_headers_of(error: HTTPException, response: Response) -> Response:
    for name, value in error.get_headers():
        if name in ("Allow", "WWW-Authenticate"):
            response.headers[name] = value
    return response


class Explained(HTTPException):
    """An HTTP error whose description is meant for the caller."""


class Malformed(Explained, BadRequest):
    """The body or a header is malformed."""


class Encoded(Explained, UnsupportedMediaType):
    """The body is compressed."""

    description = "Send the body as it is: no Content-Encoding is taken."
