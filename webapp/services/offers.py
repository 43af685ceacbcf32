"""What can be booked: the facts of the availability engine, read from the database, and its answers.

The public page, the API and `book` itself all come through here, so that what is listed is what can be booked.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from webapp.db import session as current_session
from webapp.domain.availability import Offer, offers
from webapp.domain.errors import NotFound
from webapp.domain.facts import Busy, EventTypeRules, Facts, PublishedSlot
from webapp.domain.instants import DAY_SECONDS
from webapp.models import EventType, Host, Slot

# No padded meeting reaches further: 8 hours and a day of buffer on each side.
REACH_SECONDS = 3 * DAY_SECONDS


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
    rules: EventTypeRules
    now: int


def offering(host_slug: str, event_type_slug: str) -> Offering:
    """Raises NotFound for an unknown or inactive host or event type."""
    query = offering_select().where(Host.slug == host_slug, EventType.slug == event_type_slug)
    row = current_session().execute(query).first()
    if row is None:
        raise NotFound
    return offering_from(row)


def offering_of_slot(slot_public_id: uuid.UUID) -> Offering:
    query = offering_select().join(Slot, Slot.event_type_id == EventType.id)
    row = current_session().execute(query.where(Slot.public_id == slot_public_id)).first()
    if row is None:
        raise NotFound
    return offering_from(row)


def offered(what: Offering, first: int, last: int) -> list[Offer]:
    """What can be booked with starts in [first, last), Unix seconds, sorted."""
    return offers(facts(current_session(), what, first, last), first, last)


def offering_select() -> Select[Any]:
    return (
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
            EventType.duration_minutes,
            EventType.buffer_before_minutes,
            EventType.buffer_after_minutes,
            EventType.notice_minutes,
            EventType.capacity,
            epoch(func.now()).label("now"),
        )
        .join(EventType, EventType.host_id == Host.id)
        .where(Host.active, EventType.is_active)
    )


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
        rules=EventTypeRules(
            duration_minutes=row.duration_minutes,
            buffer_before_minutes=row.buffer_before_minutes,
            buffer_after_minutes=row.buffer_after_minutes,
            notice_minutes=row.notice_minutes,
            capacity=row.capacity,
        ),
        now=row.now,
    )


def facts(session: Session, what: Offering, first: int, last: int) -> Facts:
    """Everything that decides about starts in [first, last): one query, whatever the host's history."""
    rows = session.execute(
        _slots_select(),
        {
            "host": what.host_id,
            "event_type": what.event_type_id,
            "first": datetime.fromtimestamp(first - REACH_SECONDS, UTC),
            "last": datetime.fromtimestamp(last + REACH_SECONDS, UTC),
        },
    ).all()
    return Facts(
        rules=what.rules,
        now=what.now,
        published=tuple(_published(row) for row in rows if not row.seats_taken),
        busy=tuple(_busy(row, what) for row in rows if row.seats_taken),
        time_zone=what.host_time_zone,
    )


def _slots_select() -> Select[Any]:
    """Taken slots of the host and the free published ones of the event type, with instants in Unix seconds."""
    return select(
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
        or_(Slot.event_type_id == bindparam("event_type"), Slot.seats_taken > 0),
    )


def _published(row: Row[Any]) -> PublishedSlot:
    return PublishedSlot(row.id, row.start, row.end, row.busy_start, row.busy_end, row.capacity)


def _busy(row: Row[Any], what: Offering) -> Busy:
    return Busy(
        row.busy_start,
        row.busy_end,
        meeting_start=row.start,
        meeting_end=row.end,
        is_same_event_type=row.event_type_id == what.event_type_id,
        slot_id=row.id,
        capacity=row.capacity,
        seats_left=row.capacity - row.seats_taken,
    )


def epoch(instant: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole Unix seconds, so that no datetime is built per row."""
    return cast(func.extract("epoch", instant), BigInteger)


def public_slot_ids(slot_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """The ids that guests may see, by the ids inside."""
    query = select(Slot.id, Slot.public_id).where(Slot.id.in_(list(slot_ids)))
    return {row.id: row.public_id for row in current_session().execute(query)}
