"""Event types: create, change, order, duplicate, archive."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.db import session as current_session
from webapp.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.questions import Question, checked_questions
from webapp.domain.text import TextFault, line, paragraph
from webapp.models import EventType, Schedule, Slot
from webapp.services.audit import write_audit
from webapp.services.authorisation import require_host
from webapp.services.slugs import is_well_formed

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
    """A whole event type as an editor or the API sends it. Minutes and counts; None in a limit means none."""

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
    location_kind: LocationKind | None = None
    location_detail: str = ""
    questions: tuple[Question, ...] = ()
    is_public: bool = True
    is_active: bool = True
    color: str = COLORS[0]
    schedule_id: int | None = None
    change_notice_minutes: int = 0
    reminder_minutes: tuple[int, ...] = (1440, 60)
    has_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class EventTypeView:
    id: int
    position: int
    is_archived: bool
    content: EventTypeContent


# field -> (least, most); None is allowed where the dataclass says so.
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


def host_event_types(host_id: int, *, with_archived: bool = False) -> list[EventTypeView]:
    """In the host's order."""
    query = select(EventType).where(EventType.host_id == host_id).order_by(EventType.position, EventType.id)
    if not with_archived:
        query = query.where(EventType.archived_at.is_(None))
    return [_view(row) for row in current_session().scalars(query)]


def host_event_type(host_id: int, slug: str) -> EventTypeView:
    """Raises NotFound."""
    return _view(_row(current_session(), host_id, slug))


@transactional
def create_event_type(session: Session, content: EventTypeContent, *, host_id: int, actor: Actor) -> EventTypeView:
    """Raises Invalid, SlugTaken."""
    require_host(actor, host_id)
    content = _checked(session, content, host_id)
    row = _insert(session, content, host_id)
    write_audit(session, actor, "event_type.created", "event_type", row.id)
    return _view(row)


@transactional
def update_event_type(
    session: Session, slug: str, content: EventTypeContent, *, host_id: int, actor: Actor
) -> EventTypeView:
    """Bookings keep the times and padding that they were made with. Raises Invalid, NotFound, SlugTaken."""
    require_host(actor, host_id)
    content = _checked(session, content, host_id)
    row = _row(session, host_id, slug)
    if _view(row).content != content:
        for column, value in _columns(content).items():
            setattr(row, column, value)
        session.flush()
        write_audit(session, actor, "event_type.changed", "event_type", row.id)
    return _view(row)


@transactional
def duplicate_event_type(session: Session, slug: str, *, host_id: int, actor: Actor) -> EventTypeView:
    """A copy at the end of the list, switched off until the host has looked at it. Raises NotFound."""
    require_host(actor, host_id)
    original = _row(session, host_id, slug)
    names = set(session.scalars(select(EventType.slug).where(EventType.host_id == host_id)))
    number = next(n for n in range(2, len(names) + 3) if f"{slug[:60]}-{n}" not in names)
    copy = replace(_view(original).content, slug=f"{slug[:60]}-{number}", is_active=False)
    row = _insert(session, copy, host_id)
    write_audit(session, actor, "event_type.created", "event_type", row.id, copied_from=original.id)
    return _view(row)


@transactional
def order_event_types(session: Session, slugs: Sequence[str], *, host_id: int, actor: Actor) -> None:
    """The order on the public page; slugs not named keep their order behind the named ones."""
    require_host(actor, host_id)
    rows = session.scalars(
        select(EventType)
        .where(EventType.host_id == host_id, EventType.archived_at.is_(None))
        .order_by(EventType.position, EventType.id)
    ).all()
    rank = {slug: number for number, slug in enumerate(slugs)}
    for position, row in enumerate(sorted(rows, key=lambda row: rank.get(row.slug, len(rank))), 1):
        row.position = position
    session.flush()


@transactional
def delete_event_type(session: Session, slug: str, *, host_id: int, actor: Actor) -> bool:
    """Delete an event type, or archive it when slots refer to it; True when it is gone for good. Raises NotFound."""
    require_host(actor, host_id)
    row = _row(session, host_id, slug)
    if session.scalar(select(Slot.id).where(Slot.event_type_id == row.id).limit(1)) is None:
        session.execute(delete(EventType).where(EventType.id == row.id))
        write_audit(session, actor, "event_type.deleted", "event_type", row.id)
        return True
    session.execute(
        update(Slot)
        .where(Slot.event_type_id == row.id, Slot.seats_taken == 0, Slot.withdrawn_at.is_(None))
        .values(withdrawn_at=func.now())
        .execution_options(synchronize_session=False)
    )
    row.archived_at, row.is_active = func.now(), False
    session.flush()
    write_audit(session, actor, "event_type.archived", "event_type", row.id)
    return False


def _insert(session: Session, content: EventTypeContent, host_id: int) -> EventType:
    """At the end of the host's list."""
    last = select(func.coalesce(func.max(EventType.position), 0) + 1).where(EventType.host_id == host_id)
    values = {"host_id": host_id, "position": last.scalar_subquery(), **_columns(content)}
    return session.scalars(insert(EventType).values(values).returning(EventType)).one()


def _row(session: Session, host_id: int, slug: str) -> EventType:
    row = session.scalars(
        select(EventType).where(EventType.host_id == host_id, EventType.slug == slug, EventType.archived_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return row


def _checked(session: Session, content: EventTypeContent, host_id: int) -> EventTypeContent:
    """The content with its texts normalised. Raises Invalid with all faults at once."""
    faults: dict[str, list[str]] = {}
    texts: dict[str, Callable[[], Any]] = {
        "title": lambda: line(content.title, LONGEST_TITLE),
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
    if content.schedule_id is not None and not _owns_schedule(session, content.schedule_id, host_id):
        faults["schedule_id"] = ["You have no such schedule."]
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


def _owns_schedule(session: Session, schedule_id: int, host_id: int) -> bool:
    query = select(Schedule.id).where(Schedule.id == schedule_id, Schedule.host_id == host_id)
    return session.scalar(query) is not None


def _columns(content: EventTypeContent) -> dict[str, Any]:
    columns = {one.name: getattr(content, one.name) for one in fields(content)}
    columns["questions"] = [question.as_json() for question in content.questions]
    columns["reminder_minutes"] = list(content.reminder_minutes)
    return columns


def _view(row: EventType) -> EventTypeView:
    values = {one.name: getattr(row, one.name) for one in fields(EventTypeContent)}
    values["questions"] = tuple(Question.from_json(stored) for stored in row.questions)
    values["reminder_minutes"] = tuple(row.reminder_minutes)
    values["location_kind"] = LocationKind(row.location_kind) if row.location_kind else None
    return EventTypeView(row.id, row.position, row.archived_at is not None, EventTypeContent(**values))
