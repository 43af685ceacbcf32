"""A host's public data: exactly these keys, so no e-mail address, no guests, nothing internal."""

from marshmallow import fields, validate

from webapp.api.schemas.base import Answer, Query
from webapp.api.schemas.fields import Day, Id, Instant, Text, Zone
from webapp.domain.availability.reasons import ReasonCode


class PublicEventType(Answer):
    slug = Text()
    title = Text()
    duration_minutes = fields.Integer()
    description = Text()
    capacity = fields.Integer(metadata={"description": "Seats of one meeting."})


class PublicHost(Answer):
    slug = Text()
    name = Text()
    time_zone = Text()
    event_types = fields.List(fields.Nested(PublicEventType))


class OfferedSlotsQuery(Query):
    is_cached = True

    first = Day(required=True, data_key="from", metadata={"description": "First date, in that zone.",
                                                          "example": "2027-03-14"})  # fmt: skip
    last = Day(required=True, data_key="to", metadata={"description": "Last date, included; 62 days at most.",
                                                       "example": "2027-03-20"})  # fmt: skip
    time_zone = Zone(load_default=None, metadata={"description": "Of the dates. Without it: the host's."})


class OfferedSlot(Answer):
    """`slot_id` is there only if the slot has a row, because the host published it or it has seats left."""

    start = Instant()
    end = Instant()
    seats_left = fields.Integer()
    slot_id = Id()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[object]) -> None:
        field_obj.required = field_name != "slot_id"


class OfferedSlots(Answer):
    time_zone = Text()
    data = fields.List(fields.Nested(OfferedSlot), metadata={"description": "By start."})


class WhyQuery(Query):
    start = Instant(
        required=True,
        metadata={"description": "When the slot would begin; a + is written %2B."},
        error_messages={
            "instant": "Must be a time with its offset, such as 2027-03-14T08:00:00Z (a + is written %2B)."
        },
    )


class ReasonNotOffered(Answer):
    code = Text(validate=validate.OneOf([str(code) for code in ReasonCode]))
    detail = Text()


class Why(Answer):
    """`reasons` is there only if the start is not offered."""

    offered = fields.Boolean()
    reasons = fields.List(fields.Nested(ReasonNotOffered))

    def on_bind_field(self, field_name: str, field_obj: fields.Field[object]) -> None:
        field_obj.required = field_name != "reasons"


class Me(Answer):
    slug = Text()
    name = Text()
    email = Text()
    time_zone = Text()
    scopes = fields.List(Text(validate=validate.OneOf(["read", "write"])))
