"""Reads an uploaded JSON document: each value is requested by name and checked, and errors name its location, such as
`slots[3].bookings[0].guest.email`. Every method raises Invalid for the first fault."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar

from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, parsed_date
from webapp.domain.errors import Invalid
from webapp.domain.text import TextFault, decoded

T = TypeVar("T")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(slots=True)
class Node:
    """One object in the document."""

    place: str
    values: dict[str, Any]
    asked: set[str] = field(default_factory=set)

    def refuse(self, name: str, message: str) -> NoReturn:
        raise Invalid({f"{self.place}.{name}".strip("."): [message]})

    def text(self, name: str, check: Callable[[str], T]) -> T:
        value = self._value(name)
        if not isinstance(value, str):
            self.refuse(name, "Must be a text.")
        try:
            return check(value)
        except TextFault as fault:
            self.refuse(name, str(fault))

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """The value as returned by `read`, a method of this node, or None for null."""
        return None if self._value(name) is None else read(name)

    def choice(self, name: str, choices: Collection[str]) -> str:
        value = self._value(name)
        if value not in choices:
            self.refuse(name, f"Must be one of {', '.join(choices)}.")
        return str(value)

    def whole(self, name: str, least: int, most: int) -> int:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(name, f"Must be a whole number from {least} to {most}.")
        return value

    def flag(self, name: str) -> bool:
        value = self._value(name)
        if not isinstance(value, bool):
            self.refuse(name, "Must be true or false.")
        return value

    def instant(self, name: str) -> datetime:
        """Aware, in UTC."""
        moment = _moment(self._value(name))
        if moment is None:
            self.refuse(name, "Must be a time such as 2027-03-14T09:00:00Z.")
        return moment

    def day(self, name: str) -> date:
        day = _day(self._value(name))
        if day is None:
            self.refuse(name, "Must be a date such as 2027-03-14.")
        return day

    def minute(self, name: str) -> int:
        """Minute of the day: `09:00` is 540, `24:00` 1440."""
        value = self._value(name)
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            self.refuse(name, "Must be a time such as 09:00.")
        return int(value[:2]) * 60 + int(value[3:])

    def items(self, name: str) -> list[Any]:
        value = self._value(name)
        if not isinstance(value, list):
            self.refuse(name, "Must be a list.")
        return value

    def texts(self, name: str) -> list[str]:
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            self.refuse(name, "Must be a list of texts.")
        return values

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._value(name)
        if not isinstance(value, dict):
            self.refuse(name, "Must be an object.")
        return value

    def part(self, name: str, read: Callable[["Node"], T]) -> T:
        """The object of this name, read by `read`; fields that `read` did not request are a fault."""
        return _read(Node(f"{self.place}.{name}".strip("."), self.mapping(name)), read)

    def parts(self, name: str, read: Callable[["Node"], T]) -> tuple[T, ...]:
        """The same for each object in a list."""
        found = []
        for number, value in enumerate(self.items(name)):
            if not isinstance(value, dict):
                self.refuse(f"{name}[{number}]", "Must be an object.")
            found.append(_read(Node(f"{self.place}.{name}[{number}]".strip("."), value), read))
        return tuple(found)

    def _value(self, name: str) -> Any:
        self.asked.add(name)
        if name not in self.values:
            self.refuse(name, "Is missing.")
        return self.values[name]


def parsed(content: bytes, read: Callable[[Node], T]) -> T:
    """A whole document; 16 MB can take 400 MB of memory meanwhile. Raises Invalid."""
    return _read(Node("", _objects(content)), read)


def _objects(content: bytes) -> dict[str, Any]:
    try:
        text = decoded(content)
    except UnicodeDecodeError:
        raise Invalid({"": ["This is no JSON file: its text is not UTF-8."]}) from None
    try:
        value = json.loads(text, parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Invalid({"": ["This is no JSON file, or it is not complete."]}) from None
    if not isinstance(value, dict):
        raise Invalid({"": ["This is not a file that Openslot has made."]})
    return value


def _read(node: Node, read: Callable[[Node], T]) -> T:
    result = read(node)
    if unknown := node.values.keys() - node.asked:
        node.refuse(min(unknown)[:100], "Is not known here.")
    return result


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _day(value: Any) -> date | None:
    return parsed_date(value) if isinstance(value, str) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises Invalid for a duplicate name, where the last value would silently win, and ValueError for a name that no
    page can show."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        name.encode()
        if name in values:
            raise Invalid({"": [f"“{name[:100]}” is there twice in the same place."]})
        values[name] = value
    return values


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
