"""A host's event type as its public page shows it: one query for everything the availability engine needs."""

import json
import uuid
from collections import namedtuple
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select

from webapp.core.db import open_transaction
from webapp.core.db import session as current_session
from webapp.core.extensions import guest_confirmation
from webapp.core.sql import Statement, Values, epoch
from webapp.domain.availability.facts import EventTypeRules
from webapp.domain.availability.instants import DAY_SECONDS
from webapp.domain.availability.windows import Schedule as EngineSchedule
from webapp.domain.errors import NotFound
from webapp.domain.questions import Question
from webapp.models import EventType, Host, Schedule, Slot
from webapp.services.accounts.slugs import present_slugs
from webapp.services.accounts.trust import NEW_FOR
from webapp.services.availability.schedule_facts import engine_schedule, schedule_columns, schedule_of_event_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A host's event type as the public page shows it, at the database's `now` (Unix seconds)."""

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
    requires_proof: bool
    needs_link: bool
    requires_mail_confirmation: bool
    host_registered_at: int | None  # Unix seconds; None: nobody who registered by themselves
    change_notice_minutes: int
    rules: EventTypeRules
    schedule: EngineSchedule | None
    now: int
    # The row that it was read from, without `now`: equal sources mean equal offerings. None: not read from a row.
    source: Hashable = field(default=None, compare=False, repr=False)

    @property
    def awaits_guests(self) -> bool:
        """Whether guests confirm each booking by mail."""
        since = self.host_registered_at
        is_new_host = since is not None and since > self.now - NEW_FOR.total_seconds()
        return self.requires_mail_confirmation or guest_confirmation.applies(is_new_host=is_new_host)


def find_offering(host_slug: str, event_type_slug: str, *, has_link: bool = False) -> Offering:
    """Also by slugs that were changed. `has_link`: for somebody who has a single-use link, or a booking. Raises
    NotFound for an unknown or inactive host or event type, and without a link for one that needs it."""
    statement, values = offering_query(host_slug, event_type_slug)
    rows = statement.rows(open_transaction(), **values)
    if not rows and (present := present_slugs(host_slug, event_type_slug)):
        rows = statement.rows(open_transaction(), **offering_query(*present)[1])
    offering = first_offering(rows)
    if offering.needs_link and not has_link:
        raise NotFound
    return offering


def offering_query(host_slug: str, event_type_slug: str) -> tuple[Statement, Values]:
    """The query behind `find_offering`, for callers that run it together with others."""
    return _by_slugs(), {"host": host_slug, "event_type": event_type_slug}


def first_offering(rows: Sequence[Any]) -> Offering:
    """The offering from the rows of `offering_query`. Raises NotFound."""
    if not rows:
        raise NotFound
    return offering_from(rows[0])


@lru_cache(maxsize=1)
def _by_slugs() -> Statement:
    by_slugs = Host.slug == bindparam("host"), EventType.slug == bindparam("event_type")
    return Statement.of(offering_select().where(*by_slugs))


def offering_of_slot(slot_public_id: uuid.UUID) -> Offering:
    query = offering_select().join(Slot, Slot.event_type_id == EventType.id)
    return first_offering(current_session().execute(query.where(Slot.public_id == slot_public_id)).all())


@lru_cache(maxsize=2)
def offering_select(*, with_inactive: bool = False) -> Select[Any]:
    """Active event types of active hosts, with their schedules; narrow it with where(), add columns at the end."""
    query: Any = (
        select(
            epoch(func.now()).label("now"),  # first: offering_from takes it apart
            *_columns(),
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


PUT_TOGETHER = ("rules", "schedule", "now", "source")  # fields of Offering that are not columns


def _columns() -> Iterator[ColumnElement[Any]]:
    """One column for each field of `Offering` and of the rules in it: the event type's own, unless listed here."""
    named: dict[str, Any] = {
        "host_id": Host.id,
        "host_slug": Host.slug,
        "host_name": Host.name,
        "host_email": Host.email,
        "host_time_zone": Host.time_zone,
        "host_registered_at": epoch(Host.registered_at),
        "event_type_id": EventType.id,
        "questions": cast(EventType.questions, Text),
        "is_active": Host.active & Host.confirmed_at.is_not(None) & EventType.is_active,
    }
    for name in (*_fields(Offering, without=PUT_TOGETHER), *_fields(EventTypeRules)):
        column = named[name] if name in named else getattr(EventType, name)
        yield column.label(name)


@lru_cache(maxsize=2)
def _fields(of: Any, *, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(one.name for one in fields(of) if one.name not in without)


def offering_from(row: Any) -> Offering:
    """An offering from a row of `offering_select`. Parsed rows are cached: usually only `now` has changed since the
    last read."""
    now, *columns = row[: 1 + len(_names())]
    return replace(_parsed(tuple(columns), now // DAY_SECONDS), now=now)


@lru_cache(maxsize=512)
def _parsed(columns: tuple[Any, ...], day: int) -> Offering:
    """`day`, counted since 1970, determines which years' holidays are included."""
    row = _row_type()(*columns)
    values = {name: getattr(row, name) for name in _fields(Offering, without=PUT_TOGETHER)}
    values["questions"] = tuple(Question.from_json(stored) for stored in json.loads(row.questions))
    return Offering(
        **values,
        rules=EventTypeRules(**{name: getattr(row, name) for name in _fields(EventTypeRules)}),
        schedule=engine_schedule(row, day * DAY_SECONDS),
        now=day * DAY_SECONDS,
        source=(day, *columns),
    )


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Names of the columns after `now`."""
    return tuple(column.name for column in offering_select().selected_columns)[1:]


@lru_cache(maxsize=1)
def _row_type() -> Any:
    return namedtuple("OfferingRow", _names())  # noqa: PYI024  its fields are those of the query
