"""If-Match: change only what is still as the caller saw it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from webapp.api.answers import has_condition, require_match
from webapp.api.callers import actor
from webapp.services.repeats import as_one

View = Callable[..., Any]


def matched(read: View | None, path: Mapping[str, Any], change: Callable[[], Any]) -> Any:
    """What `change` comes to. With If-Match it is made in one transaction with a look at what `read` answers now.

    Raises PreconditionFailed, NotFound.
    """
    if read is None or not has_condition():
        return change()
    current: Callable[..., Response] = read.current  # type: ignore[attr-defined]

    def compared() -> Any:
        require_match(current(**path))
        return change()

    return as_one(actor=actor(), booking_uid=path.get("booking_id"), act=compared)
