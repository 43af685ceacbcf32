"""Bases of the schemas: what comes in is closed, what goes out is complete."""

from typing import Any

import marshmallow as ma
from marshmallow import fields


class Body(ma.Schema):
    """A request body. Unknown fields are refused, never ignored."""

    error_messages = {"type": "Must be a JSON object."}

    class Meta:
        unknown = ma.RAISE


class Query(ma.Schema):
    """Parameters of a query. Unknown ones are refused: a filter whose name has a slip would filter nothing."""

    error_messages = {"unknown": "Unknown parameter."}
    is_remembered = False  # for those that many ask in the same words, and none that names a person

    class Meta:
        unknown = ma.RAISE

    @ma.validates_schema(pass_original=True, skip_on_field_errors=False)
    def require_single_values(self, _data: Any, given: Any, **_: Any) -> None:
        """Of two values one would be lost without a word."""
        names = [field.data_key or name for name, field in self.fields.items()]
        twice = [name for name in names if len(given.getlist(name)) > 1]
        if twice:
            raise ma.ValidationError({name: ["Must be given once."] for name in twice})


class Answer(ma.Schema):
    """An answer: exactly these keys, all of them, always."""

    class Meta:
        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


class Part(fields.Nested):
    """Some fields of the object itself as an object of their own."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = ma.missing) -> Any:
        return obj
