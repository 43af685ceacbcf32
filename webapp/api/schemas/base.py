"""Base classes of the schemas, and schemas that several subjects share. Requests may not contain unknown fields;
responses always contain all fields."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from webapp.api.schemas.fields import Text, moment_of
from webapp.domain.dates import parsed_date


class Body(ma.Schema):
    """A request body. Unknown fields are refused, never ignored."""

    error_messages = {"type": "Must be a JSON object."}

    class Meta:
        unknown = ma.RAISE


class Query(ma.Schema):
    """Query parameters. Unknown ones are refused, because a filter with a misspelt name would filter nothing."""

    error_messages = {"unknown": "Unknown parameter."}
    is_cached = False  # True for queries that many clients send identically; never if they contain personal data

    class Meta:
        unknown = ma.RAISE

    @ma.validates_schema(pass_original=True, skip_on_field_errors=False)
    def require_single_values(self, _data: Any, given: Any, **_: Any) -> None:
        """Refuse a parameter that is given twice, because one of its values would be lost silently."""
        names = [field.data_key or name for name, field in self.fields.items()]
        twice = [name for name in names if len(given.getlist(name)) > 1]
        if twice:
            raise ma.ValidationError({name: ["Must be given once."] for name in twice})


class Answer(ma.Schema):
    """A response body: always exactly these keys."""

    class Meta:
        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


class Part(fields.Nested):
    """A nested object that is made of fields of the outer object."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = ma.missing) -> Any:
        return obj


MOST_PER_PAGE = 100
USUAL_PER_PAGE = 50
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class Count(fields.Integer):
    """A whole number in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class DateOrInstant(Text):
    """A date, or an instant with its offset."""

    default_error_messages = {"when": "Must be a date, or a time with its offset (a + is written %2B)."}

    def __init__(self, **given: Any) -> None:
        metadata = {"anyOf": [{"format": "date"}, {"format": "date-time"}]} | given.pop("metadata", {})
        super().__init__(metadata=metadata, **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        value = parsed_date(text) or moment_of(text)
        if value is None:
            raise self.make_error("when")
        return value


class PageQuery(Query):
    limit = Count(
        load_default=USUAL_PER_PAGE,
        validate=validate.Range(1, MOST_PER_PAGE),
        metadata={"description": "How many at most."},
    )
    cursor = Text(load_default=None, metadata={"description": "`next_cursor` of the page before.", "type": "string"})


class SpanQuery(PageQuery):
    """Dates are in the host's time zone; the date `to` is inclusive, an instant `to` is exclusive."""

    first = DateOrInstant(
        data_key="from", load_default=None, metadata={"description": "Starts at or after this.", "type": "string"}
    )
    last = DateOrInstant(
        data_key="to", load_default=None, metadata={"description": "Starts on this date at the latest, or before this.",
                                                    "type": "string"}
    )  # fmt: skip


class HostRef(Answer):
    slug = Text(attribute="host_slug")
    name = Text(attribute="host_name")


class EventTypeRef(Answer):
    slug = Text(attribute="event_type_slug")
    title = Text(attribute="event_type_title")


class Problem(Answer):
    """RFC 9457. `code` is stable; `errors` is by field, and is there for status 422 and if a batch overlaps."""

    type = Text(metadata={"format": "uri"})
    title = Text()
    status = fields.Integer()
    detail = Text()
    code = Text(metadata={"example": "slot_taken"})
    errors = fields.Dict(keys=Text(), values=fields.List(Text()))

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = field_name != "errors"
