"""Reads and validates the document of `portability.export` by the same rules as the pages: host, schedules, event types
and blocked times. Its slots are read by `document_slots`. No database access here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_type_hints

from webapp.domain.availability.windows import MINUTES_OF_DAY, DayWindow, Window
from webapp.domain.errors import Invalid
from webapp.domain.questions import Question, QuestionKind
from webapp.domain.text import TextFault, line, paragraph
from webapp.services.accounts.accounts import LONGEST_ABOUT, LONGEST_NAME
from webapp.services.accounts.public_page import MOST_LISTED
from webapp.services.accounts.slugs import is_well_formed
from webapp.services.bookings.request import known_zone
from webapp.services.event_types import content as event_type_content
from webapp.services.event_types.content import BOUNDS, EventTypeContent, LocationKind, within_reach
from webapp.services.event_types.numbers import MOST_EVENT_TYPES, TOO_MANY, TOO_MANY_LISTED
from webapp.services.portability.document_slots import SlotEntry, slot_entry, without_contradiction
from webapp.services.portability.export import FORMAT, VERSION
from webapp.services.portability.json_reader import Node, parsed
from webapp.services.schedules import content as schedule_content
from webapp.services.schedules.blocked_times import LONGEST_NOTE, NewBlockedTime
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import MOST_SCHEDULES
from webapp.services.shared.validation import title

_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")
C = TypeVar("C")
K = TypeVar("K", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    slug: str
    name: str
    time_zone: str
    locale: str
    about: str
    has_public_busy_times: bool


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    is_default: bool
    content: ScheduleContent


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeEntry:
    """`number`: its position, from 1. `schedule`: its name; None: the default. The `schedule_id` of `content` is not
    set."""

    number: int
    content: EventTypeContent
    schedule: str | None
    archived_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HostDocument:
    """Slots refer to their event type by its number, from 1."""

    profile: Profile
    schedules: tuple[ScheduleEntry, ...]
    event_types: tuple[EventTypeEntry, ...]
    blocked_times: tuple[NewBlockedTime, ...]
    slots: tuple[SlotEntry, ...]


def host_document(content: bytes) -> HostDocument:
    """Raises Invalid, with the location of each fault."""
    return parsed(content, _document)


def locale(value: str) -> str:
    if not _LOCALE.fullmatch(value):
        raise TextFault("locale", "Must be a language such as en-GB.")
    return value


def _document(node: Node) -> HostDocument:
    if node.values.get("format") != FORMAT:
        node.refuse("format", "This is not the file of a host.")
    node.choice("format", (FORMAT,))
    if node.values.get("version") != VERSION:
        node.refuse("version", f"Must be {VERSION}: this file was made by a newer Openslot.")
    node.whole("version", VERSION, VERSION)
    profile = node.part("profile", _profile)
    schedules = _sound_schedules(node, node.parts("schedules", _schedule))
    event_types = _sound_event_types(node, node.parts("event_types", _event_type), schedules)
    blocked_times = node.parts("blocked_times", _blocked_time)
    slots = without_contradiction(node.parts("slots", lambda slot: slot_entry(slot, len(event_types), locale)))
    return HostDocument(profile, schedules, event_types, blocked_times, slots)


def _profile(node: Node) -> Profile:
    return Profile(
        slug=node.text("slug", _slug),
        name=node.text("name", lambda value: title(value, LONGEST_NAME)),
        time_zone=node.text("time_zone", known_zone),
        locale=node.text("locale", locale),
        about=node.text("about", lambda value: paragraph(value, LONGEST_ABOUT)),
        has_public_busy_times=node.flag("has_public_busy_times"),
    )


def _slug(value: str) -> str:
    if not is_well_formed(value):
        raise TextFault("slug", "2 to 64 of a-z, 0-9 and hyphens, no hyphen at the ends.")
    return value


def _schedule(node: Node) -> ScheduleEntry:
    content = ScheduleContent(
        name=node.text("name", str),
        time_zone=node.text("time_zone", known_zone),
        week_start=node.whole("week_start", 0, 6),
        weekly_hours=node.parts("weekly_hours", lambda w: Window(w.whole("weekday", 0, 6), *_window(w))),
        overrides=dict(node.parts("overrides", _override)),
        holiday_country=node.optional("holiday_country", lambda name: node.text(name, str)),
        holiday_subdivision=node.optional("holiday_subdivision", lambda name: node.text(name, str)),
        holidays_off=frozenset(node.texts("holidays_off")),
    )
    if len(content.overrides) < len(node.items("overrides")):
        node.refuse("overrides", "Two are of one date.")
    return ScheduleEntry(node.flag("is_default"), _checked_content(node, schedule_content.checked_schedule, content))


def _override(node: Node) -> tuple[date, tuple[DayWindow, ...]]:
    return node.day("on"), node.parts("windows", lambda window: DayWindow(*_window(window)))


def _window(node: Node) -> tuple[int, int]:
    start, end = node.minute("start"), node.minute("end")
    if start == MINUTES_OF_DAY:
        node.refuse("start", "Must be before 24:00.")
    return start, end


def _event_type(node: Node) -> EventTypeEntry:
    values = _values(node, EventTypeContent, without="schedule_id")  # read from `schedule`: ids differ elsewhere
    entry = EventTypeEntry(
        number=node.whole("number", 1, MOST_EVENT_TYPES),
        content=_checked_content(node, event_type_content.checked_event_type, within_reach(EventTypeContent(**values))),
        schedule=node.optional("schedule", lambda name: node.text(name, str)),
        archived_at=node.optional("archived_at", node.instant),
        created_at=node.instant("created_at"),
    )
    if entry.archived_at and entry.content.is_active:
        node.refuse("is_active", "Must be false for what is archived.")
    return entry


def _bounded(node: Node, name: str) -> int:
    return node.whole(name, *BOUNDS[name])


def _reminders(node: Node, name: str) -> tuple[int, ...]:
    minutes = node.items(name)
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in minutes):
        node.refuse(name, "Must be a list of whole numbers.")
    return tuple(minutes)


def _one_of(kinds: type[K]) -> Callable[[Node, str], K]:
    return lambda node, name: kinds(node.choice(name, list(kinds)))


# By the type of the dataclass field; the values are validated afterwards.
READERS: dict[Any, Callable[[Node, str], Any]] = {
    str: lambda node, name: node.text(name, str),
    bool: Node.flag,
    int: _bounded,
    int | None: lambda node, name: node.optional(name, lambda _: _bounded(node, name)),
    date | None: lambda node, name: node.optional(name, node.day),
    LocationKind | None: lambda node, name: node.optional(name, lambda _: _one_of(LocationKind)(node, name)),
    QuestionKind: _one_of(QuestionKind),
    tuple[Question, ...]: lambda node, name: node.parts(name, lambda each: Question(**_values(each, Question))),
    tuple[str, ...]: lambda node, name: tuple(node.texts(name)),
    tuple[int, ...]: _reminders,
}
# Fields that documents of version 1 did not always have. Where one is missing, it has its default.
NEWER = frozenset({"requires_proof", "needs_link", "requires_mail_confirmation"})
_types = cache(get_type_hints)


def _values(node: Node, of: type, *, without: str = "") -> dict[str, Any]:
    missing = {without, *(NEWER - node.values.keys())}
    return {name: READERS[kind](node, name) for name, kind in _types(of).items() if name not in missing}


def _blocked_time(node: Node) -> NewBlockedTime:
    start, end = node.instant("start"), node.instant("end")
    if end <= start:
        node.refuse("end", "Must be after the start.")
    return NewBlockedTime(
        start=start, end=end, note=node.text("note", lambda value: line(value, LONGEST_NOTE, required=False))
    )


def _sound_schedules(node: Node, schedules: tuple[ScheduleEntry, ...]) -> tuple[ScheduleEntry, ...]:
    if not 1 <= len(schedules) <= MOST_SCHEDULES:
        node.refuse("schedules", f"Between 1 and {MOST_SCHEDULES} schedules.")
    if sum(each.is_default for each in schedules) != 1:
        node.refuse("schedules", "Exactly one must be the default.")
    if len({each.content.name for each in schedules}) < len(schedules):
        node.refuse("schedules", "Two have the same name.")
    return schedules


def _sound_event_types(
    node: Node, event_types: tuple[EventTypeEntry, ...], schedules: tuple[ScheduleEntry, ...]
) -> tuple[EventTypeEntry, ...]:
    if len(event_types) > MOST_EVENT_TYPES:
        node.refuse("event_types", TOO_MANY)
    if sum(each.archived_at is None and each.content.is_listed for each in event_types) > MOST_LISTED:
        node.refuse("event_types", TOO_MANY_LISTED)
    names = {each.content.name for each in schedules}
    slugs: set[str] = set()
    for number, each in enumerate(event_types):
        if each.number != number + 1:
            node.refuse(f"event_types[{number}].number", "Must be its place in the list.")
        if each.schedule is not None and each.schedule not in names:
            node.refuse(f"event_types[{number}].schedule", "There is no schedule of this name.")
        if each.archived_at is None and each.content.slug in slugs:
            node.refuse(f"event_types[{number}].slug", "Another one has this slug.")
        if each.archived_at is None:
            slugs.add(each.content.slug)
    return event_types


def _checked_content(node: Node, check: Callable[[C], C], content: C) -> C:
    """The checked content. Raises Invalid, with the location of each fault."""
    try:
        return check(content)
    except Invalid as fault:
        faults = {f"{node.place}.{name}".rstrip("."): messages for name, messages in fault.errors.items()}
        raise Invalid(faults) from None
