"""One message to a webhook, from lease to result (Standard Webhooks 1.0).

Two short transactions before the request (count the attempt; write the message) and one after it (store the result):
none is open while the other server takes its time (see `services.webhooks.leases` for how two workers are kept apart).
The message is written when it is sent, from the current state of the database, so that no personal data are queued; it
never contains a manage token.
"""

import json
import logging
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.orm import Session

from webapp.core.db import transaction
from webapp.core.extensions import outgoing_ranges
from webapp.domain.webhook_events import TEST, WebhookEvent
from webapp.effects.retries import pause_after
from webapp.effects.webhooks.requests import Answer, NoAnswerError, post
from webapp.rendering import Rendering
from webapp.services.bookings.view import booking_by_id
from webapp.services.slots.views import slot_by_public_id
from webapp.services.webhooks.leases import ClaimedMessage, EndpointLease, note_attempt, take_next
from webapp.services.webhooks.results import mark_delivered, mark_failed_here, mark_refused, mark_skipped, note_answer
from webapp.services.webhooks.secrets import signatures

log = logging.getLogger(__name__)

USER_AGENT = "Openslot-Webhooks/1"
SLOW = 2.0  # seconds until an answer; slower endpoints must not delay others
NOTHING_TO_SAY = "what it is about is no more"


def deliver_next(lease: EndpointLease) -> EndpointLease | None:
    """Attempt one message. Returns the renewed lease; None if it has ended."""
    with transaction() as session:
        message = take_next(session, lease)
    if message is None:
        return None
    try:
        _deliver(message)
    except Exception:
        # One message that cannot be written must not stop the others; without a database the next statement raises.
        log.exception("webhook delivery %s could not be written", message.id)
        with transaction() as session:
            mark_failed_here(session, message, pause=_pause(message))
    return message.lease


def _deliver(message: ClaimedMessage) -> None:
    with transaction() as session:
        body = message_body(session, message)
        if body is None:
            mark_skipped(session, message, NOTHING_TO_SAY)
            return
        attempt_id = note_attempt(session, message)
    if attempt_id is None:
        return
    began = time.monotonic()
    status = _status(message, body)
    seconds = time.monotonic() - began
    with transaction() as session:
        if status is not None and 200 <= status < 300:
            mark_delivered(session, message, is_slow=seconds > SLOW)
        else:
            mark_refused(session, message, status=status, pause=_pause(message), is_slow=seconds > SLOW)
        note_answer(session, attempt_id, status=status, seconds=seconds)


def _status(message: ClaimedMessage, body: bytes) -> int | None:
    """The endpoint's HTTP status; None if there was no answer, for a reason that only the operator may see."""
    try:
        answer = post(message.url, body, headers(message, body), allowed=outgoing_ranges.allowed)
    except NoAnswerError as failure:
        log.warning("webhook delivery %s to %s had no answer (%s)", message.id, _place(message.url), failure)
        return None
    _log_refusal(message, answer)
    return answer.status


def headers(message: ClaimedMessage, body: bytes) -> dict[str, str]:
    """Headers of one attempt: its time is part of what is signed."""
    timestamp = int(time.time())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "webhook-id": message.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(
            message.secret_salts, message_id=message.message_id, timestamp=timestamp, body=body
        ),
    }


def message_body(session: Session, message: ClaimedMessage) -> bytes | None:
    """The body; None if there is nothing left to send."""
    data = _data(session, message)
    if data is None:
        return None
    payload = {"type": message.kind, "timestamp": f"{message.occurred_at:%Y-%m-%dT%H:%M:%SZ}", "data": data}
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _data(session: Session, message: ClaimedMessage) -> dict[str, Any] | None:
    """The booking in the format of `GET /bookings/{id}`, or the slot in that of `GET /slots/{id}`."""
    rendering: Rendering = current_app.extensions["rendering"]
    if message.kind == TEST:
        return {"webhook": str(message.endpoint_public_id)}
    if message.kind == WebhookEvent.SLOT_PUBLISHED:
        slot = slot_by_public_id(session, uuid.UUID(message.data["slot"]), host_id=message.host_id)
        return rendering.slot(slot) if slot else None
    booking = booking_by_id(session, message.booking_id) if message.booking_id else None
    return rendering.booking(booking) if booking else None


def _pause(message: ClaimedMessage) -> timedelta | None:
    """The pause before the next attempt; None if there is none, as for a test."""
    return None if message.kind == TEST else pause_after(message.attempts)


def _log_refusal(message: ClaimedMessage, answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        log.info("webhook delivery %s to %s was answered %s", message.id, _place(message.url), answer.status)


def _place(url: str) -> str:
    """For the log: path and query may contain secrets of the receiver."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
