"""Idempotency-Key: the same request again has the answer of the first one."""

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
from webapp.services.bookings.idempotent import booking_from_snapshot, booking_snapshot, run_once
from webapp.services.bookings.view import BookingView
from webapp.services.shared.idempotency import fingerprint
from webapp.services.webhooks.endpoints import MadeWebhook, webhook_secret

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

Render = Callable[[Any], Response]


def repeatable(act: Callable[[], Any], render: Render) -> Response:
    """The answer to `act`, which runs once per key and caller. Raises Malformed for what is no key."""
    key = request.headers.get(HEADER)
    if key is None:
        return render(act())
    if not _KEY.fullmatch(key):
        raise Malformed("Idempotency-Key must be 1 to 255 letters, digits and signs of ASCII, without spaces.")
    answers: list[Response] = []

    def acted() -> dict[str, Any]:
        value = act()
        answers.append(render(value))
        return _kept(value, answers[-1])

    kept, is_replay = run_once(caller_key(), key, _request_hash(), act=acted)
    return _replayed(kept, render) if is_replay else answers[-1]


def _request_hash() -> str:
    body = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    query = request.query_string.decode("latin-1")
    return fingerprint({"method": request.method, "path": request.path, "query": query, "body": body})


def _kept(value: Any, response: Response) -> dict[str, Any]:
    """Of a booking only what may change: the rest, a person's words among it, is read from the booking again."""
    made = value.value if isinstance(value, Made) else value
    if isinstance(made, BookingView):
        return {"booking": booking_snapshot(made), "path": value.path if isinstance(value, Made) else None}
    # As text: JSONB would put its keys into another order.
    body, path = response.get_data(as_text=True), response.headers.get("Location")
    kept = {"status": response.status_code, "path": path, "body": body}
    return kept | _without_secret(made, body) if isinstance(made, MadeWebhook) else kept


def _without_secret(made: MadeWebhook, body: str) -> dict[str, Any]:
    """A webhook's secret is stored nowhere, here neither: it follows again from what is stored of the webhook."""
    shown = parsed(body.encode())
    del shown["secret"]
    return {"body": dumped(shown), "secret_of": str(made.webhook.public_id)}


def _body(kept: dict[str, Any]) -> str:
    if "secret_of" not in kept:
        return str(kept["body"])
    secret = webhook_secret(uuid.UUID(kept["secret_of"]), host_id=host().host_id)
    return dumped(parsed(kept["body"].encode()) | {"secret": secret})


def _replayed(kept: dict[str, Any], render: Render) -> Response:
    if "booking" in kept:
        booking = booking_from_snapshot(kept["booking"])
        response = render(Made(booking, kept["path"]) if kept["path"] else booking)
    else:
        response = json_answer(_body(kept), kept["status"])
        if kept["path"]:
            response.headers["Location"] = kept["path"]
    response.headers[REPLAYED] = "true"
    return response
