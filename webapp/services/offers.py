"""What can be booked: the facts of the availability engine, read from the database, and its answers.

The public page, the API and `book` itself all come through here, so that what is listed is what can be booked.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from webapp.db import session as current_session
from webapp.domain.availability import Offer, offers
from webapp.domain.errors import NotFound
from webapp.domain.facts import Busy, BusyKind, EventTypeRules, Facts, PublishedSlot
from webapp.domain.instants import DAY_SECONDS
from webapp.domain.questions import Question
from webapp.domain.windows import Schedule as EngineSchedule
from webapp.models import BlockedTime, EventType, Host, Schedule, Slot
from webapp.services.engine_schedules import engine_schedule, schedule_columns, schedule_of_event_type

# No padded meeting reaches further than 3 days (8 hours and a day of buffer on each side); a week's limit counts
# bookings of whole weeks around the starts asked for.
REACH_SECONDS = 3 * DAY_SECONDS
REACH_OF_LIMITS_SECONDS = 9 * DAY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """An event type of a host, as the public page shows it, at the database's `now` (Unix seconds)."""

    host_id: int
    host_slug: str
    host_name: str
    host_email: str
    host_time_zone: str
    event_type_id: int
    slug: str
    title: str
    description: str
    color: str
    location_kind: str | None
    location_detail: str
    questions: tuple[Question, ...]
    requires_confirmation: bool
    change_notice_minutes: int
    rules: EventTypeRules
    schedule: EngineSchedule | None
    now: int


def offering(host_slug: str, event_type_slug: str) -> Offering:
    """Raises NotFound for an unknown or inactive host or event type."""
    # On the connection, not the session: plain columns need no unit of work, and half of the time goes away.
    found = current_session().connection().execute(_by_slugs(), {"host": host_slug, "event_type": event_type_slug})
    return _one(found.first())


@lru_cache(maxsize=1)
def _by_slugs() -> Select[Any]:
    """Built once: the key by which SQLAlchemy finds a compiled statement costs as much as running it."""
    return offering_select().where(Host.slug == bindparam("host"), EventType.slug == bindparam("event_type"))


def offering_of_slot(slot_public_id: uuid.UUID) -> Offering:
    query = offering_select().join(Slot, Slot.event_type_id == EventType.id)
    return _one(current_session().execute(query.where(Slot.public_id == slot_public_id)).first())


def offered(what: Offering, first: int, last: int) -> list[Offer]:
    """What can be booked with starts in [first, last), Unix seconds, sorted."""
    return offers(facts(current_session(), what, first, last), first, last)


@lru_cache(maxsize=2)
def offering_select(*, with_inactive: bool = False) -> Select[Any]:
    """Active event types of active hosts, with their schedules; narrow it with where()."""
    query: Select[Any] = (
        select(
            Host.id.label("host_id"),
            Host.slug.label("host_slug"),
            Host.name.label("host_name"),
            Host.email.label("host_email"),
            Host.time_zone.label("host_time_zone"),
            EventType.id.label("event_type_id"),
            EventType.slug,
            EventType.title,
            EventType.description,
            EventType.color,
            EventType.location_kind,
            EventType.location_detail,
            EventType.questions,
            EventType.requires_confirmation,
            EventType.change_notice_minutes,
            EventType.duration_minutes,
            EventType.increment_minutes,
            EventType.buffer_before_minutes,
            EventType.buffer_after_minutes,
            EventType.notice_minutes,
            EventType.window_days,
            EventType.window_from,
            EventType.window_to,
            EventType.max_per_day,
            EventType.max_per_week,
            EventType.capacity,
            (Host.active & Host.confirmed_at.is_not(None) & EventType.is_active).label("is_active"),
            *schedule_columns(),
            epoch(func.now()).label("now"),
        )
        .select_from(Host)
        .join(EventType, EventType.host_id == Host.id)
        .outerjoin(Schedule, schedule_of_event_type())
        .where(EventType.archived_at.is_(None))
    )
    return query if with_inactive else query.where(Host.active, Host.confirmed_at.is_not(None), EventType.is_active)


def offering_from(row: Row[Any]) -> Offering:
    return Offering(
        host_id=row.host_id,
        host_slug=row.host_slug,
        host_name=row.host_name,
        host_email=row.host_email,
        host_time_zone=row.host_time_zone,
        event_type_id=row.event_type_id,
        slug=row.slug,
        title=row.title,
        description=row.description,
        color=row.color,
        location_kind=row.location_kind,
        location_detail=row.location_detail,
        questions=tuple(Question.from_json(stored) for stored in row.questions),
        requires_confirmation=row.requires_confirmation,
        change_notice_minutes=row.change_notice_minutes,
        rules=_rules(row),
        schedule=engine_schedule(row, row.now),
        now=row.now,
    )


def _rules(row: Row[Any]) -> EventTypeRules:
    return EventTypeRules(
        duration_minutes=row.duration_minutes,
        increment_minutes=row.increment_minutes,
        buffer_before_minutes=row.buffer_before_minutes,
        buffer_after_minutes=row.buffer_after_minutes,
        notice_minutes=row.notice_minutes,
        window_days=row.window_days,
        window_from=row.window_from,
        window_to=row.window_to,
        max_per_day=row.max_per_day,
        max_per_week=row.max_per_week,
        capacity=row.capacity,
        is_active=row.is_active,
    )


def facts(session: Session, what: Offering, first: int, last: int) -> Facts:
    """Everything that decides about starts in [first, last): one query, whatever the host's history."""
    has_limits = what.rules.max_per_day or what.rules.max_per_week
    reach = REACH_OF_LIMITS_SECONDS if has_limits else REACH_SECONDS
    times = {
        "host": what.host_id,
        "event_type": what.event_type_id,
        "first": datetime.fromtimestamp(first - reach, UTC),
        "last": datetime.fromtimestamp(last + reach, UTC),
    }
    rows = session.connection().execute(_times_select(), times).all()
    published, busy = _sorted_out(rows, what.event_type_id)
    return Facts(
        rules=what.rules,
        now=what.now,
        schedule=what.schedule,
        published=tuple(published),
        busy=tuple(busy),
        counted_starts=tuple(_counted_starts(rows, what)) if has_limits else (),
        time_zone=what.host_time_zone,
    )


@lru_cache(maxsize=1)
def _times_select() -> Any:
    """Taken slots of the host, free published ones of the event type, blocked time (without slot and seats).

    Instants come as Unix seconds, so that no datetime is built per row.
    """
    slots = select(
        Slot.id,
        Slot.event_type_id,
        epoch(Slot.starts_at).label("start"),
        epoch(Slot.ends_at).label("end"),
        epoch(func.lower(Slot.busy)).label("busy_start"),
        epoch(func.upper(Slot.busy)).label("busy_end"),
        Slot.capacity,
        Slot.seats_taken,
    ).where(
        Slot.host_id == bindparam("host"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at >= bindparam("first"),
        Slot.starts_at < bindparam("last"),
        (Slot.event_type_id == bindparam("event_type")) | (Slot.seats_taken > 0),
    )
    start, end = epoch(BlockedTime.starts_at), epoch(BlockedTime.ends_at)
    blocked = select(null(), null(), start, end, start, end, literal(0), literal(-1)).where(
        BlockedTime.host_id == bindparam("host"),
        BlockedTime.ends_at > bindparam("first"),
        BlockedTime.starts_at < bindparam("last"),
    )
    return union_all(slots, blocked)


def _sorted_out(rows: Iterable[Any], event_type_id: int) -> tuple[list[PublishedSlot], list[Busy]]:
    """Free published slots, and all that is busy. Rows are unpacked: a named column of a row costs a look-up."""
    published: list[PublishedSlot] = []
    busy: list[Busy] = []
    for slot_id, of, start, end, busy_start, busy_end, capacity, taken in rows:
        if taken == 0:
            published.append(PublishedSlot(slot_id, start, end, busy_start, busy_end, capacity))
        elif slot_id is None:
            busy.append(Busy(start, end, BusyKind.BLOCKED))
        else:
            is_same, left = of == event_type_id, capacity - taken
            busy.append(Busy(busy_start, busy_end, BusyKind.MEETING, start, end, is_same, slot_id, capacity, left))
    return published, busy


def _counted_starts(rows: Iterable[Row[Any]], what: Offering) -> Iterable[int]:
    """One start per live booking of the event type."""
    for row in rows:
        if row.event_type_id == what.event_type_id:
            yield from [row.start] * row.seats_taken


def epoch(instant: Any) -> ColumnElement[int]:
    """Whole Unix seconds, a fraction rounded up, so that `start >= now` stays exact."""
    return cast(func.ceil(func.extract("epoch", instant)), BigInteger)


def public_slot_ids(slot_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """The ids that guests may see, by the ids inside."""
    query = select(Slot.id, Slot.public_id).where(Slot.id.in_(list(slot_ids)))
    return {row.id: row.public_id for row in current_session().execute(query)}


def _one(row: Row[Any] | None) -> Offering:
    if row is None:
        raise NotFound
    return offering_from(row)
