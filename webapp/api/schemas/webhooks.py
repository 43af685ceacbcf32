"""A host's webhooks, their deliveries, and the messages themselves."""

from typing import Any

from marshmallow import fields, validate

from webapp.api.schemas.base import Answer, Body
from webapp.api.schemas.bookings import Booking
from webapp.api.schemas.fields import Flag, Id, Instant, Several, Text
from webapp.api.schemas.slots import Slot
from webapp.domain.webhook_events import TEST, WebhookEvent

EVENTS = [str(event) for event in WebhookEvent]
BOOKING_EVENTS = [event for event in EVENTS if event.startswith("booking.")]
SLOT_EVENTS = [event for event in EVENTS if event.startswith("slot.")]
STATUSES = ("waiting", "sent", "dead", "skipped")


def _events(**given: Any) -> Several:
    one = Text(validate=validate.OneOf(EVENTS))
    return Several(one, 1, len(EVENTS), **given)


class WebhookChange(Body):
    """Fields that are left out do not change. `is_active: true` also switches a webhook on again that was switched off
    because it failed."""

    url = Text(metadata={"format": "uri", "description": "http or https; messages are posted there."})
    description = Text(metadata={"description": "For yourself alone."})
    events = _events()
    is_active = Flag()


class NewWebhook(WebhookChange):
    url = Text(required=True, metadata={"format": "uri", "description": "http or https; messages are posted there."})
    events = _events(required=True)


class Webhook(Answer):
    id = Id(attribute="public_id")
    url = Text()
    description = Text()
    events = fields.List(Text(validate=validate.OneOf(EVENTS)))
    is_active = fields.Boolean()
    disabled_at = Instant(
        allow_none=True, metadata={"description": "When it was switched off because messages could not be delivered."}
    )
    created_at = Instant()


class MadeWebhook(Webhook):
    secret = Text(metadata={"description": "Messages are signed with it. Shown only here.", "example": "whsec_…"})

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return super().get_attribute(obj if attr == "secret" else obj.webhook, attr, default)


class WebhookPage(Answer):
    data = fields.List(fields.Nested(Webhook))
    next_cursor = Text(allow_none=True)


class WebhookAttempt(Answer):
    at = Instant()
    status = fields.Integer(
        allow_none=True, metadata={"description": "What your server answered; null: nothing, or nothing yet."}
    )
    duration_ms = fields.Integer()


class NextAttempt(Instant):
    """The time of the next attempt; null unless the message is still to be sent."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        return obj.due_at if obj.status == "waiting" else None


class WebhookDelivery(Answer):
    id = Text(metadata={"description": "The `webhook-id` of the message, the same in each attempt."})
    event = Text(validate=validate.OneOf([*EVENTS, TEST]))
    status = Text(
        validate=validate.OneOf(STATUSES),
        metadata={"description": "dead: given up; skipped: not sent, since the webhook was switched off meanwhile."},
    )
    created_at = Instant()
    next_attempt_at = NextAttempt(allow_none=True)
    delivered_at = Instant(attribute="sent_at", allow_none=True)
    attempts = fields.List(fields.Nested(WebhookAttempt), metadata={"description": "In order."})


class WebhookDeliveryPage(Answer):
    data = fields.List(fields.Nested(WebhookDelivery))
    next_cursor = Text(allow_none=True)


class _Message(Answer):
    timestamp = Instant(metadata={"description": "When it happened."})


class BookingMessage(_Message):
    type = Text(validate=validate.OneOf(BOOKING_EVENTS))
    data = fields.Nested(Booking, metadata={"description": "The booking as it stands when this is sent."})


class SlotMessage(_Message):
    type = Text(validate=validate.OneOf(SLOT_EVENTS))
    data = fields.Nested(Slot, metadata={"description": "The slot as it stands when this is sent."})


class WebhookRef(Answer):
    webhook = Id()


class TestMessage(_Message):
    type = Text(validate=validate.Equal(TEST))
    data = fields.Nested(WebhookRef, metadata={"description": "Its id."})
