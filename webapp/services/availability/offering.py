"""An event type of a host as its page shows it: one query, with all that the availability engine needs of it."""

import json
import uuid
from collections import namedtuple
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, cast, func, select

from webapp.core.db import open_transaction
from webapp.core.db import session as current_session
from webapp.core.sql import Statement, Values
from webapp.domain.availability.facts import EventTypeRules
from webapp.domain.availability.instants import DAY_SECONDS
from webapp.domain.availability.windows import Schedule as EngineSchedule
from webapp.domain.errors import NotFound
from webapp.domain.questions import Question
from webapp.models import EventType, Host, Schedule, Slot
from webapp.services.availability.schedule_facts import engine_schedule, schedule_columns, schedule_of_event_type


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
    # The row that it was read from, without `now`: equal sources, equal offerings. None: put together otherwise.
    source: Hashable = field(default=None, compare=False, repr=False)


def find_offering(host_slug: str, event_type_slug: str) -> Offering:
    """Raises NotFound for an unknown or inactive host or event type."""
    statement, values = asked_offering(host_slug, event_type_slug)
    return offering_in(statement.rows(open_transaction(), **values))


def asked_offering(host_slug: str, event_type_slug: str) -> tuple[Statement, Values]:
    """What `find_offering` asks the database, for those who ask it together with something else."""
    return _by_slugs(), {"host": host_slug, "event_type": event_type_slug}


def offering_in(rows: Sequence[Any]) -> Offering:
    """Of the rows that came back. Raises NotFound."""
    if not rows:
        raise NotFound
    return offering_from(rows[0])


@lru_cache(maxsize=1)
def _by_slugs() -> Statement:
    by_slugs = Host.slug == bindparam("host"), EventType.slug == bindparam("event_type")
    return Statement.of(offering_select().where(*by_slugs))


def offering_of_slot(slot_public_id: uuid.UUID) -> Offering:
    query = offering_select().join(Slot, Slot.event_type_id == EventType.id)
    return offering_in(current_session().execute(query.where(Slot.public_id == slot_public_id)).all())


@lru_cache(maxsize=2)
def offering_select(*, with_inactive: bool = False) -> Select[Any]:
    """Active event types of active hosts, with their schedules; narrow it with where(), add columns behind."""
    query: Any = (
        select(
            epoch(func.now()).label("now"),  # first: offering_from takes it apart
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
            cast(EventType.questions, Text).label("questions"),
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
        )
        .select_from(Host)
        .join(EventType, EventType.host_id == Host.id)
        .outerjoin(Schedule, schedule_of_event_type())
        .where(EventType.archived_at.is_(None))
    )
    if not with_inactive:
        query = query.where(Host.active, Host.confirmed_at.is_not(None), EventType.is_active)
    narrow: Select[Any] = query
    return narrow


def offering_from(row: Any) -> Offering:
    """Of a row of `offering_select`. Parsing is remembered: mostly, only `now` is new since a row was last read."""
    now, *columns = row[: 1 + len(_names())]
    return replace(_parsed(tuple(columns), now // DAY_SECONDS), now=now)


@lru_cache(maxsize=512)
def _parsed(columns: tuple[Any, ...], day: int) -> Offering:
    """`day`, since 1970, says which years' holidays there are."""
    row = _row_type()(*columns)
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
        questions=tuple(Question.from_json(stored) for stored in json.loads(row.questions)),
        requires_confirmation=row.requires_confirmation,
        change_notice_minutes=row.change_notice_minutes,
        rules=_rules(row),
        schedule=engine_schedule(row, day * DAY_SECONDS),
        now=day * DAY_SECONDS,
        source=(day, *columns),
    )


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Of the columns behind `now`."""
    return tuple(column.name for column in offering_select().selected_columns)[1:]


@lru_cache(maxsize=1)
def _row_type() -> Any:
    return namedtuple("OfferingRow", _names())  # noqa: PYI024  its fields are those of the query


def _rules(row: Any) -> EventTypeRules:
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


def epoch(instant: Any) -> ColumnElement[int]:
    """Whole Unix seconds, a fraction rounded up, so that `start >= now` stays exact.

    By date_part, whose doubles hold microseconds for two centuries: EXTRACT gives numeric, which made a third of the
    query of a busy month.
    """
    return cast(func.ceil(func.date_part("epoch", instant)), BigInteger)
