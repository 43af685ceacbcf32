"""A host's slots."""

from marshmallow import fields, validate

from webapp.api.schemas.base import Answer, Body, SpanQuery
from webapp.api.schemas.fields import Id, Instant, Several, Text, Whole
from webapp.services.slots.slots import MOST_AT_ONCE

STATUSES = ("available", "booked")
ORIGINS = ("published", "schedule")
DURATION = (1, 1440)
CAPACITY = (1, 1000)


class NewSlot(Body):
    start = Instant(required=True)
    duration_minutes = Whole(*DURATION, required=True, metadata={"description": "That of one of your event types."})
    event_type = Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "Its slug. Without it: the first of that duration."},
    )
    capacity = Whole(
        *CAPACITY, load_default=None, allow_none=True, metadata={"description": "Without it: the event type's."}
    )


class NewSlots(Body):
    slots = Several(fields.Nested(NewSlot), 1, MOST_AT_ONCE, required=True)


class SlotChange(Body):
    start = Instant()
    duration_minutes = Whole(*DURATION)
    event_type = Text()
    capacity = Whole(*CAPACITY)


class Slot(Answer):
    id = Id(attribute="public_id")
    start = Instant()
    end = Instant()
    duration_minutes = fields.Integer()
    event_type = Text(attribute="event_type_slug")
    status = Text(validate=validate.OneOf(STATUSES))
    capacity = fields.Integer()
    seats_taken = fields.Integer()
    origin = Text(validate=validate.OneOf(ORIGINS))


class SlotList(Answer):
    data = fields.List(fields.Nested(Slot), metadata={"description": "By start."})


class SlotPage(Answer):
    data = fields.List(fields.Nested(Slot))
    next_cursor = Text(allow_none=True)


class SlotQuery(SpanQuery):
    status = Text(
        load_default=None, validate=validate.OneOf(STATUSES), metadata={"description": "Only those of this status."}
    )
