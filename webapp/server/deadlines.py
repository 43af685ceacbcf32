"""The deadline of a request. The web server sets it when the last byte of the request has arrived, so that it includes
the time that the request waits for a thread.
"""

import math
import time
from typing import Any

from flask import Flask, request

from webapp.domain.errors import Overloaded

DEADLINE = "openslot.deadline"  # in the WSGI environment: by time.monotonic(), in seconds
ANSWER_SECONDS = 3.5
REFUSAL_SECONDS = 0.5  # to cancel a statement and answer that


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)


def has_time_to_wait(environ: dict[str, Any]) -> bool:
    """Whether a statement that takes long may go on."""
    return _remaining_seconds(environ) > REFUSAL_SECONDS


def _remaining_seconds(environ: dict[str, Any]) -> float:
    """Until the deadline of a request; negative if it has passed. Requests of test clients have none."""
    deadline: float = environ.get(DEADLINE, math.inf)
    return deadline - time.monotonic()


def _refuse_late() -> None:
    if _remaining_seconds(request.environ) <= 0:
        raise Overloaded("the request has waited for a thread too long")
