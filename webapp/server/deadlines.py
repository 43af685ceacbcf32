"""The deadline of a request. The web server sets it when the last byte of the request has arrived, so that it includes
the time that the request waits for a thread.
"""

import math
import time

from flask import Flask, request

from webapp.domain.errors import Overloaded

DEADLINE = "openslot.deadline"  # in the WSGI environment: by time.monotonic(), in seconds
ANSWER_SECONDS = 3.5


def init_app(app: Flask) -> None:
    app.before_request(_refuse_late)


def remaining_seconds() -> float:
    """Until the deadline of this request; negative if it has passed. Requests of test clients have none."""
    deadline: float = request.environ.get(DEADLINE, math.inf)
    return deadline - time.monotonic()


def _refuse_late() -> None:
    if remaining_seconds() <= 0:
        raise Overloaded("the request has waited for a thread too long")
