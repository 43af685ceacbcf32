"""Idempotency-Key: a repeated request gets the response to the first one."""

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response, request

from webapp.api.http.answers import Made, json_answer
from webapp.api.http.callers import caller_key, host
from webapp.api.http.json import dumped, parsed
from webapp.api.http.problems import Malformed
from webapp.services.bookings.idempotent import booking_from_snapshot, booking_snapshot
from webapp.services.bookings.view import BookingView
from webapp.services.shared.idempotency import fingerprint, run_once
from webapp.services.webhooks.endpoints import MadeWebhook, webhook_secret

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

Render = Callable[[Any], Response]


def check_key() -> None:
    """Raises Malformed for an invalid key of a POST request."""
    key = request.headers.get(HEADER)
    if request.method == "POST" and key is not None and not _KEY.fullmatch(key):
        raise Malformed("Idempotency-Key must be 1 to 255 letters, digits and signs of ASCII, without spaces.")


def repeatable(act: Callable[[], Any], render: Render) -> Response:
    """The response to `act`, which runs only once for each key and caller."""
    key = request.headers.get(HEADER)
    if key is None:
        return render(act())
    answers: list[Response] = []

    def acted() -> dict[str, Any]:
        value = act()
        answers.append(render(value))
        return _storable(value, answers[-1])

    answer, is_replay = run_once(caller_key(), key, _request_hash(), act=acted)
    return _replay(answer, render) if is_replay else answers[-1]


def _request_hash() -> str:
    body = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    query = request.query_string.decode("latin-1")
    return fingerprint({"method": request.method, "path": request.path, "query": query, "body": body})


def _storable(value: Any, response: Response) -> dict[str, Any]:
    """For a booking, store only what may change; the rest, including personal data, is read from the booking."""
    result = value.value if isinstance(value, Made) else value
    if isinstance(result, BookingView):
        return {"booking": booking_snapshot(result), "path": value.path if isinstance(value, Made) else None}
    # As text, because JSONB would reorder the keys.
    body, path = response.get_data(as_text=True), response.headers.get("Location")
    answer = {"status": response.status_code, "path": path, "body": body}
    return answer | _without_secret(result, body) if isinstance(result, MadeWebhook) else answer


def _without_secret(value: MadeWebhook, body: str) -> dict[str, Any]:
    """A webhook's secret is not stored, here or elsewhere: it can be derived again from the webhook."""
    without_secret = parsed(body.encode())
    del without_secret["secret"]
    return {"body": dumped(without_secret), "secret_of": str(value.webhook.public_id)}


def _body(answer: dict[str, Any]) -> str:
    if "secret_of" not in answer:
        return str(answer["body"])
    secret = webhook_secret(uuid.UUID(answer["secret_of"]), host_id=host().host_id)
    return dumped(parsed(answer["body"].encode()) | {"secret": secret})


def _replay(answer: dict[str, Any], render: Render) -> Response:
    if "booking" in answer:
        booking = booking_from_snapshot(answer["booking"])
        response = render(Made(booking, answer["path"]) if answer["path"] else booking)
    else:
        response = json_answer(_body(answer), answer["status"])
        if answer["path"]:
            response.headers["Location"] = answer["path"]
    response.headers[REPLAYED] = "true"
    return response
