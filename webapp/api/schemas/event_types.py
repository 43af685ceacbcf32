"""A host's event types, complete. Durations are in minutes; a limit of 0 or null means no limit."""

from typing import Any

from marshmallow import fields, validate

from webapp.api.schemas.base import Answer, Body
from webapp.api.schemas.fields import Day, Flag, Several, Text, Whole
from webapp.domain.questions import MOST_OPTIONS, MOST_QUESTIONS, QuestionKind
from webapp.services.event_types.content import BOUNDS, COLORS, LocationKind

KINDS = [str(kind) for kind in QuestionKind]
PLACES = [str(kind) for kind in LocationKind]


def minutes(name: str, **given: Any) -> Whole:
    """A whole number within the bounds set by the service."""
    return Whole(*BOUNDS[name], **given)


class Limit(Whole):
    """The same, or no limit, which is given as 0 or null."""

    def __init__(self, name: str, none: str = "none") -> None:
        super().__init__(0, BOUNDS[name][1], allow_none=True, metadata={"description": f"0 or null: {none}."})

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **given: Any) -> Any:
        found = super().deserialize(value, attr, data, **given)
        return None if found == 0 else found


class Location(Body):
    kind = Text(required=True, validate=validate.OneOf(PLACES))
    detail = Text(load_default="", metadata={"description": "The number, place or link; empty where the guest says."})


class Question(Body):
    key = Text(required=True, metadata={"description": "Names the answer; stable."})
    label = Text(required=True)
    kind = Text(load_default="text", validate=validate.OneOf(KINDS))
    required = Flag(load_default=False)
    options = Several(Text(), 0, MOST_OPTIONS, load_default=list)


class EventTypeChange(Body):
    """Fields that are left out do not change."""

    slug = Text()
    title = Text()
    description = Text()
    duration_minutes = minutes("duration_minutes")
    increment_minutes = Limit("increment_minutes", "the duration")
    buffer_before_minutes = minutes("buffer_before_minutes")
    buffer_after_minutes = minutes("buffer_after_minutes")
    notice_minutes = minutes("notice_minutes")
    window_days = minutes("window_days", allow_none=True)
    window_from = Day(allow_none=True)
    window_to = Day(allow_none=True)
    max_per_day = Limit("max_per_day")
    max_per_week = Limit("max_per_week")
    capacity = minutes("capacity")
    requires_confirmation = Flag()
    location = fields.Nested(Location, allow_none=True)
    questions = Several(fields.Nested(Question), 0, MOST_QUESTIONS)
    is_public = Flag()
    is_active = Flag()
    needs_link = Flag(metadata={"description": "Only guests with a single-use link see and book it; it is not listed."})
    color = Text(validate=validate.OneOf(COLORS))


class NewEventType(EventTypeChange):
    slug = Text(required=True)
    title = Text(required=True)
    duration_minutes = minutes("duration_minutes", required=True)


class LocationAnswer(Answer):
    kind = Text(attribute="location_kind", validate=validate.OneOf(PLACES))
    detail = Text(attribute="location_detail")


class QuestionAnswer(Answer):
    key = Text()
    label = Text()
    kind = Text(validate=validate.OneOf(KINDS))
    required = fields.Boolean()
    options = fields.List(Text())


class LocationPart(fields.Nested):
    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        return obj if obj.location_kind else None


class EventType(Answer):
    slug = Text()
    title = Text()
    description = Text()
    duration_minutes = fields.Integer()
    increment_minutes = fields.Integer(allow_none=True)
    buffer_before_minutes = fields.Integer()
    buffer_after_minutes = fields.Integer()
    notice_minutes = fields.Integer()
    window_days = fields.Integer(allow_none=True)
    window_from = Day(allow_none=True)
    window_to = Day(allow_none=True)
    max_per_day = fields.Integer(allow_none=True)
    max_per_week = fields.Integer(allow_none=True)
    capacity = fields.Integer()
    requires_confirmation = fields.Boolean()
    location = LocationPart(LocationAnswer, allow_none=True)
    questions = fields.List(fields.Nested(QuestionAnswer))
    is_public = fields.Boolean()
    is_active = fields.Boolean()
    needs_link = fields.Boolean()
    color = Text()


class EventTypePage(Answer):
    data = fields.List(fields.Nested(EventType))
    next_cursor = Text(allow_none=True)
