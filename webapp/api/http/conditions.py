"""If-Match: make a change only if the resource is still as the caller saw it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from webapp.api.http.answers import has_condition, require_match
from webapp.api.http.callers import actor
from webapp.services.bookings.idempotent import in_one_transaction

View = Callable[..., Any]


def matched(read: View, change: View) -> View:
    """`change` with support for If-Match: compares the answer of `read` and makes the change in one transaction, after
    the request has been validated (RFC 9110, 13.2.1). Raises PreconditionFailed, NotFound."""
    current: Callable[..., Response] = read.current  # type: ignore[attr-defined]

    @wraps(change)
    def called(*sent: Any, **path: Any) -> Any:
        if not has_condition():
            return change(*sent, **path)

        def compared() -> Any:
            require_match(current(**path))
            return change(*sent, **path)

        return in_one_transaction(actor=actor(), booking_uid=path.get("booking_id"), act=compared)

    return called
