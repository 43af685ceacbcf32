"""Fields that accept exactly what the specification says: not "5" for 5, not 1 for true, no time without an offset."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate

from webapp.core import time_zones
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, parsed_date, utc_text

OUT_OF_YEARS = f"Must be between the years {FIRST_YEAR} and {LAST_YEAR}."
# RFC 3339; the seconds are optional, the offset is not.
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.(?P<fraction>\d{1,9}))?)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class Text(fields.String):
    """A string that the database can store; the services check everything else."""

    default_error_messages = {"unstorable": "Must not contain NUL or half a character."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _NO_TEXT.search(text):
            raise self.make_error("unstorable")
        return text


class Several(fields.List[Any]):
    """A list that is counted before its elements are looked at."""

    def __init__(self, element: Any, least: int, most: int, **given: Any) -> None:
        super().__init__(element, validate=validate.Length(least, most), **given)
        self.count = validate.Length(least, most)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            self.count(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Whole(fields.Integer):
    """A whole number between two bounds; 30.0 is one (JSON Schema, 6.1.1)."""

    def __init__(self, least: int, most: int, **given: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_whole = isinstance(value, float) and value.is_integer()
        return super()._deserialize(int(value) if is_whole else value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """true or false, and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Instant(Text):
    """An instant (RFC 3339) in whole seconds; written in UTC with Z."""

    default_error_messages = {
        "instant": "Must be a time with its offset, such as 2027-03-14T09:00:00+01:00.",
        "fraction": "Must be in whole seconds.",
        "year": OUT_OF_YEARS,
    }

    def __init__(self, **given: Any) -> None:
        metadata = {"format": "date-time", "example": "2027-03-14T05:00:00Z"} | given.pop("metadata", {})
        super().__init__(metadata=metadata, **given)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else utc_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        moment = moment_of(text)
        if moment is None:
            raise self.make_error(_fault_of(text))
        return moment


class Day(Text):
    """A date."""

    default_error_messages = {"date": "Must be a date such as 2027-03-14.", "year": OUT_OF_YEARS}

    def __init__(self, **given: Any) -> None:
        metadata = {"format": "date"} | given.pop("metadata", {})
        super().__init__(metadata=metadata, **given)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        day = parsed_date(text)
        if day is None:
            raise self.make_error("year" if _DATE.fullmatch(text) and _is_out_of_years(text) else "date")
        return day


class Clock(Text):
    """A time of day, `00:00` to `23:59`; a number of minutes in Python."""

    default_error_messages = {"clock": "Must be a time such as 09:00."}
    pattern = "([01][0-9]|2[0-3]):[0-5][0-9]"

    def __init__(self, **given: Any) -> None:
        metadata = {"pattern": f"^({self.pattern})$", "example": "09:00"}
        super().__init__(metadata=metadata, **given)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return f"{value // 60:02}:{value % 60:02}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise self.make_error("clock")
        return int(text[:2]) * 60 + int(text[3:])


class EndClock(Clock):
    """A time of day that may also be `24:00`, the end of the day."""

    pattern = f"{Clock.pattern}|24:00"


class Zone(Text):
    """The IANA name of a time zone."""

    default_error_messages = {"zone": "Must be an IANA time zone such as Europe/Paris."}

    def __init__(self, **given: Any) -> None:
        metadata = {"example": "Europe/Paris"} | given.pop("metadata", {})
        super().__init__(metadata=metadata, **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if not time_zones.is_zone(name):
            raise self.make_error("zone")
        return name


class Id(Text):
    """An id in the form in which this API returns it."""

    default_error_messages = {"id": "Must be an id."}

    def __init__(self, **given: Any) -> None:
        super().__init__(metadata={"format": "uuid"}, **given)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            identifier = uuid.UUID(text)
        except ValueError:
            raise self.make_error("id") from None
        if str(identifier) != text.lower():  # as in URLs: with hyphens, without braces
            raise self.make_error("id")
        return identifier


class Texts(fields.Dict):
    """A guest's answers: question key -> text, or true or false."""

    default_error_messages = {
        "answer": "Must be a text, or true or false.",
        "invalid": "Must be an object: answers by the keys of the questions.",
    }

    def __init__(self, **given: Any) -> None:
        metadata = {"additionalProperties": {"type": ["string", "boolean", "null"]}} | given.pop("metadata", {})
        super().__init__(metadata=metadata, **given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if not isinstance(given, Mapping) or not all(_is_answer(key, answer) for key, answer in given.items()):
            raise self.make_error("answer")
        return dict(given)


def moment_of(text: str) -> datetime | None:
    """The aware datetime in UTC; None if the text is invalid."""
    written = _INSTANT.fullmatch(text)
    if not written or int(written["fraction"] or 0):
        return None
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _fault_of(text: str) -> str:
    """The reason why `moment_of` returns None for this text."""
    written = _INSTANT.fullmatch(text)
    if not written:
        return "instant"
    if int(written["fraction"] or 0):
        return "fraction"
    return "year" if _is_out_of_years(text) else "instant"


def _is_out_of_years(text: str) -> bool:
    return not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR


def _is_answer(key: Any, answer: Any) -> bool:
    if not isinstance(answer, str | bool | None):
        return False
    return not _NO_TEXT.search(key) and not (isinstance(answer, str) and _NO_TEXT.search(answer))
