"""Webhook messages for the specification: requests that an instance sends to a host's server (Standard Webhooks)."""

from typing import Any

from webapp.api.schemas.webhooks import BOOKING_EVENTS, BookingMessage, SlotMessage, TestMessage
from webapp.api.spec import examples
from webapp.domain.webhook_events import TEST

Json = dict[str, Any]

MESSAGES = (BookingMessage, SlotMessage, TestMessage)
WORDS = {
    "booking.created": "Somebody booked; where the event type asks for a yes, the status is pending",
    "booking.confirmed": "A booking is confirmed: at once, or by the host's yes",
    "booking.rescheduled": "A booking was moved",
    "booking.cancelled": "A booking was cancelled",
    "booking.declined": "A request was declined, or lapsed",
    "booking.no_show": "The guest did not come",
    "slot.published": "A slot was published",
    "webhook.test": "A test message that was asked for",
}
HEADERS = {
    "webhook-id": (
        "The id of the message, the same in each attempt: whoever has seen it, has seen the message.",
        "msg_…",
    ),
    "webhook-timestamp": ("When this attempt was made, in Unix seconds.", "1803895200"),
    "webhook-signature": (
        "`v1,` and, in Base64, the HMAC-SHA256 of id, timestamp and body with dots between; its key is the secret.",
        "v1,…",
    ),
}
ANSWERS = {
    "2XX": "Taken. The body is not read.",
    "410": "Wants no more messages: the webhook is switched off at once.",
    "default": "Not taken, as if there was no answer: sent again, with the same `webhook-id`, for about a day.",
}


def message_operations() -> Json:
    """Event -> the request that the host's server receives."""
    return {event: {"post": _operation(event, words)} for event, words in WORDS.items()}


def _operation(event: str, words: str) -> Json:
    return {
        "operationId": f"on_{event.replace('.', '_')}",
        "tags": ["Webhooks"],
        "summary": words,
        "parameters": [_header(name, *said) for name, said in HEADERS.items()],
        "requestBody": {"required": True, "content": {"application/json": _content(event)}},
        "responses": {status: {"description": text} for status, text in ANSWERS.items()},
        "security": [],
    }


def _content(event: str) -> Json:
    """The schema of the event's kind of message, with `type` limited to this event, and an example."""
    schema = {"allOf": [{"$ref": f"#/components/schemas/{_kind(event)}"}, {"properties": {"type": {"const": event}}}]}
    return {"schema": schema, "example": examples.message(event)}


def _kind(event: str) -> str:
    if event == TEST:
        return TestMessage.__name__
    return (BookingMessage if event in BOOKING_EVENTS else SlotMessage).__name__


def _header(name: str, description: str, example: str) -> Json:
    schema = {"type": "string", "example": example}
    return {"in": "header", "name": name, "description": description, "schema": schema, "required": True}
