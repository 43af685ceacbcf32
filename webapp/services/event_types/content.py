"""All fields of an event type as sent by the editor or the API, and their validation. No database access here."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any

from webapp.domain.errors import Invalid
from webapp.domain.questions import Question, checked_questions
from webapp.domain.text import TextFault, line, paragraph
from webapp.services.accounts.slugs import is_well_formed
from webapp.services.shared.validation import title

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 4000
LONGEST_LOCATION = 500
MOST_REMINDERS = 5
FURTHEST_REMINDER_MINUTES = 30 * 1440
COLORS = ("spruce", "ocean", "plum", "clay", "ochre", "moss", "rose", "slate")


class LocationKind(StrEnum):
    PHONE = "phone"
    PLACE = "place"
    LINK = "link"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeContent:
    """All fields of an event type as sent by the editor or the API. Minutes and counts; a limit of None means no
    limit."""

    slug: str
    title: str
    description: str = ""
    duration_minutes: int
    increment_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 0
    window_days: int | None = None
    window_from: date | None = None
    window_to: date | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    capacity: int = 1
    requires_confirmation: bool = False
    requires_proof: bool = False
    requires_mail_confirmation: bool = False
    location_kind: LocationKind | None = None
    location_detail: str = ""
    questions: tuple[Question, ...] = ()
    is_public: bool = True
    is_active: bool = True
    needs_link: bool = False
    color: str = COLORS[0]
    schedule_id: int | None = None
    change_notice_minutes: int = 0
    reminder_minutes: tuple[int, ...] = (1440, 60)
    has_follow_up: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether it is on the host's public page."""
        return self.is_active and self.is_public and not self.needs_link


# field -> (minimum, maximum); None is allowed where the dataclass says so.
BOUNDS: dict[str, tuple[int, int]] = {
    "duration_minutes": (5, 480),
    "increment_minutes": (5, 1440),
    "buffer_before_minutes": (0, 1440),
    "buffer_after_minutes": (0, 1440),
    "notice_minutes": (0, 525_600),
    "window_days": (0, 3650),
    "max_per_day": (1, 1000),
    "max_per_week": (1, 10_000),
    "capacity": (1, 1000),
    "change_notice_minutes": (0, 525_600),
}


def furthest_window_date() -> date:
    """The last date that a booking window can have: as far ahead as a rolling one reaches, in any time zone."""
    return datetime.now(UTC).date() + timedelta(days=BOUNDS["window_days"][1] + 1)


def within_reach(content: EventTypeContent) -> EventTypeContent:
    """The content with its booking window cut where new ones must end, for rows and files from before there was such a
    bound."""
    furthest = furthest_window_date()
    if content.window_from is None or content.window_to is None or content.window_to <= furthest:
        return content
    return replace(content, window_from=min(content.window_from, furthest), window_to=furthest)


def numbered_slug(slug: str, taken: Collection[str]) -> str:
    """The slug with the first number, from 2 on, that makes it unique."""
    return next(name for number in count(2) if (name := f"{slug[:60]}-{number}") not in taken)


def checked_event_type(content: EventTypeContent) -> EventTypeContent:
    """The content with its texts normalised and its reminders in order. Raises Invalid, which lists every fault."""
    faults: dict[str, list[str]] = {}
    texts: dict[str, Callable[[], Any]] = {
        "title": lambda: title(content.title, LONGEST_TITLE),
        "description": lambda: paragraph(content.description, LONGEST_DESCRIPTION),
        "location_detail": lambda: line(content.location_detail, LONGEST_LOCATION, required=False),
        "questions": lambda: checked_questions(content.questions),
    }
    kept: dict[str, Any] = {}
    for name, check in texts.items():
        try:
            kept[name] = check()
        except TextFault as fault:
            faults[name] = [str(fault)]
    faults |= _faults(content)
    if faults:
        raise Invalid(faults)
    reminders = tuple(sorted(set(content.reminder_minutes), reverse=True))
    return replace(content, reminder_minutes=reminders, **kept)


def _faults(content: EventTypeContent) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for name, (least, most) in BOUNDS.items():
        value = getattr(content, name)
        if value is not None and not least <= value <= most:
            faults[name] = [f"Must be between {least} and {most}."]
    for name, message in _other_faults(content):
        faults.setdefault(name, [message])
    return faults


def _other_faults(content: EventTypeContent) -> Iterator[tuple[str, str]]:
    if not is_well_formed(content.slug):
        yield "slug", "2 to 64 of a-z, 0-9 and hyphens, no hyphen at the ends."
    if content.duration_minutes % 5:
        yield "duration_minutes", "Must be a multiple of 5."
    yield from _window_faults(content)
    if content.location_kind not in (None, LocationKind.ASK) and not content.location_detail.strip():
        yield "location_detail", "Say where."
    if content.color not in COLORS:
        yield "color", "Must be one of the colours on offer."
    too_far = any(not 5 <= minutes <= FURTHEST_REMINDER_MINUTES for minutes in content.reminder_minutes)
    if too_far or len(content.reminder_minutes) > MOST_REMINDERS:
        yield "reminder_minutes", f"At most {MOST_REMINDERS}, from 5 minutes to 30 days before the start."


def _window_faults(content: EventTypeContent) -> Iterator[tuple[str, str]]:
    if content.window_days is not None and (content.window_from or content.window_to):
        yield "window_days", "Either a number of days or two dates."
    if (content.window_from is None) != (content.window_to is None):
        yield "window_from", "Both dates or none."
    elif content.window_from and content.window_to and content.window_to < content.window_from:
        yield "window_to", "Must not be before the first date."
    elif content.window_to and content.window_to > furthest_window_date():
        yield "window_to", f"Must be within {BOUNDS['window_days'][1]} days from today."
