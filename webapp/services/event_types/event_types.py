"""Event types: create, change, order, duplicate, archive."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.questions import Question
from webapp.models import EventType, FormerEventTypeSlug, Schedule, Slot
from webapp.services.event_types.content import (
    EventTypeContent,
    LocationKind,
    checked_event_type,
    numbered_slug,
    within_reach,
)
from webapp.services.event_types.numbers import require_room
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit


@dataclass(frozen=True, slots=True)
class EventTypeView:
    id: int
    position: int
    is_archived: bool
    content: EventTypeContent


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
    lock_host(session, host_id)
    content = _checked_content(session, content, host_id)
    require_room(session, host_id, is_new=True, is_listed=content.is_listed)
    row = _insert(session, content, host_id)
    write_audit(session, actor, "event_type.created", "event_type", row.id)
    return _view(row)


@transactional
def update_event_type(
    session: Session, slug: str, content: EventTypeContent, *, host_id: int, actor: Actor
) -> EventTypeView:
    """Existing bookings keep their times and buffers. Raises Invalid, NotFound, SlugTaken."""
    require_host(actor, host_id)
    lock_host(session, host_id)  # no change can come between a client's read and its write
    content = _checked_content(session, content, host_id)
    row = _row(session, host_id, slug)
    before = _view(row).content
    if content.is_listed and not before.is_listed:
        require_room(session, host_id, is_new=False, is_listed=True)
    if before.slug != content.slug:
        _keep_slug(session, row)
    if before != content:
        for column, value in _columns(content).items():
            setattr(row, column, value)
        session.flush()
        write_audit(session, actor, "event_type.changed", "event_type", row.id)
    return _view(row)


@transactional
def duplicate_event_type(session: Session, slug: str, *, host_id: int, actor: Actor) -> EventTypeView:
    """A copy at the end of the list, inactive until the host switches it on. Raises NotFound, Invalid."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    require_room(session, host_id, is_new=True, is_listed=False)
    original = _row(session, host_id, slug)
    names = set(session.scalars(select(EventType.slug).where(EventType.host_id == host_id)))
    copy = replace(_view(original).content, slug=numbered_slug(slug, names), is_active=False)
    row = _insert(session, copy, host_id)
    write_audit(session, actor, "event_type.created", "event_type", row.id, copied_from=original.id)
    return _view(row)


@transactional
def switch_event_type(session: Session, slug: str, *, is_active: bool, host_id: int, actor: Actor) -> None:
    """On: guests can book it. Off: they cannot; existing bookings stay. Raises NotFound, Invalid."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    row = _row(session, host_id, slug)
    if row.is_active != is_active:
        if is_active and row.is_public and not row.needs_link:
            require_room(session, host_id, is_new=False, is_listed=True)
        row.is_active = is_active
        session.flush()
        write_audit(session, actor, "event_type.changed", "event_type", row.id, is_active=is_active)


@transactional
def move_event_type(session: Session, slug: str, *, places: int, host_id: int, actor: Actor) -> None:
    """Move it `places` down the list, or up if negative, but not past either end. Raises NotFound."""
    require_host(actor, host_id)
    rows = _in_order(session, host_id)
    at = next((index for index, row in enumerate(rows) if row.slug == slug), None)
    if at is None:
        raise NotFound
    rows.insert(min(max(at + places, 0), len(rows) - 1), rows.pop(at))
    _number(session, rows)


@transactional
def order_event_types(session: Session, slugs: Sequence[str], *, host_id: int, actor: Actor) -> None:
    """Set the order on the public page; event types not named keep their order after the named ones."""
    require_host(actor, host_id)
    rank = {slug: number for number, slug in enumerate(slugs)}
    _number(session, sorted(_in_order(session, host_id), key=lambda row: rank.get(row.slug, len(rank))))


@transactional
def delete_event_type(session: Session, slug: str, *, host_id: int, actor: Actor) -> bool:
    """Delete an event type, or archive it if slots refer to it; True if it was deleted. Raises NotFound."""
    require_host(actor, host_id)
    # Booking and publishing take this lock, too: no slot is added between the check and the deletion.
    lock_host(session, host_id)
    row = _row(session, host_id, slug)
    if session.scalar(select(Slot.id).where(Slot.event_type_id == row.id).limit(1)) is None:
        session.execute(delete(EventType).where(EventType.id == row.id))
        write_audit(session, actor, "event_type.deleted", "event_type", row.id)
        return True
    session.execute(
        update(Slot)
        .where(Slot.event_type_id == row.id, Slot.seats_taken == 0, Slot.withdrawn_at.is_(None))
        .values(withdrawn_at=func.now())
    )
    row.archived_at, row.is_active = func.now(), False
    session.flush()
    write_audit(session, actor, "event_type.archived", "event_type", row.id)
    return False


def _keep_slug(session: Session, row: EventType) -> None:
    """Links with the slug that the event type is about to leave will lead to it."""
    left = upsert(FormerEventTypeSlug).values(host_id=row.host_id, slug=row.slug, event_type_id=row.id)
    taken_over = {"event_type_id": row.id, "left_at": func.now()}
    session.execute(left.on_conflict_do_update(index_elements=["host_id", "slug"], set_=taken_over))


def _insert(session: Session, content: EventTypeContent, host_id: int) -> EventType:
    """Add it at the end of the host's list."""
    last = select(func.coalesce(func.max(EventType.position), 0) + 1).where(EventType.host_id == host_id)
    values = {"host_id": host_id, "position": last.scalar_subquery(), **_columns(content)}
    return session.scalars(insert(EventType).values(values).returning(EventType)).one()


def _in_order(session: Session, host_id: int) -> list[EventType]:
    query = select(EventType).where(EventType.host_id == host_id, EventType.archived_at.is_(None))
    return list(session.scalars(query.order_by(EventType.position, EventType.id).with_for_update(key_share=True)))


def _number(session: Session, rows: Sequence[EventType]) -> None:
    for position, row in enumerate(rows, 1):
        row.position = position
    session.flush()


def _row(session: Session, host_id: int, slug: str) -> EventType:
    row = session.scalars(
        select(EventType).where(EventType.host_id == host_id, EventType.slug == slug, EventType.archived_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return row


def _checked_content(session: Session, content: EventTypeContent, host_id: int) -> EventTypeContent:
    """The validated content, whose schedule is the host's own. Raises Invalid."""
    content = checked_event_type(content)
    if content.schedule_id is not None and not _owns_schedule(session, content.schedule_id, host_id):
        raise Invalid({"schedule_id": ["You have no such schedule."]})
    return content


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
    return EventTypeView(row.id, row.position, row.archived_at is not None, within_reach(EventTypeContent(**values)))
