"""Responses of operations, and conditional requests: ETag, If-None-Match, If-Match."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import PreconditionFailed

JSON = "application/json"
PUBLIC_CACHING = "no-cache"  # any cache may store it but must revalidate it each time, because slots go fast
RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
READ_HEADERS = ("ETag", "Retry-After", *RATE_HEADERS)


@dataclass(frozen=True, slots=True)
class Made:
    """A new object and its path."""

    value: Any
    path: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list."""

    data: Any
    next_cursor: str | None


def json_answer(body: str | bytes, status: int = 200) -> Response:
    return Response(body, status, content_type=JSON)


def tagged(response: Response) -> Response:
    """The response to a read, with an ETag added if it has none; 304 without a body if the caller already has it."""
    tag = response.get_etag()[0]
    if tag is None:
        tag = etag_of(response.get_data())
        response.set_etag(tag)
    # Not make_conditional: it would respond to If-Match, which has no meaning for reads here, with a bare 412.
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
        response.set_data(b"")
    return response


def etag_of(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def has_condition() -> bool:
    """Whether the caller sent If-Match; an empty one counts, and never matches."""
    return "If-Match" in request.headers


def require_match(current: Response) -> None:
    """`current`: what GET would return now. Raises PreconditionFailed if If-Match does not match it."""
    if not request.if_match.contains(etag_of(current.get_data())):
        raise PreconditionFailed


def add_rate_headers(response: Response) -> Response:
    """Add headers with the remainder of the caller's rate limit; none if limits are switched off."""
    if window := g.get("rate_window"):
        figures = window.limit, window.remaining, window.reset_seconds
        for name, figure in zip(RATE_HEADERS, figures, strict=True):
            response.headers[name] = str(figure)
    return response


def allow_all_origins(response: Response) -> Response:
    """Allow pages of any origin to request a public read, without credentials."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = ", ".join(READ_HEADERS)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
