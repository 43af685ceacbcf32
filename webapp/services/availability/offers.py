"""What can be booked: facts read from the database, and the availability engine's answers.

The public page, the API, the command line and `book` all use this module, so that whatever is listed can be booked.
"""

import uuid
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, Select, bindparam, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from webapp.core.db import open_transaction
from webapp.core.db import session as current_session
from webapp.core.sql import Statement, Values, epoch
from webapp.domain.availability.facts import Busy, BusyKind, Facts, PublishedSlot
from webapp.domain.availability.instants import DAY_SECONDS, day_start, to_datetime
from webapp.domain.availability.offers import Offer, offers
from webapp.domain.availability.search import HORIZON_SECONDS, ListOffers
from webapp.domain.slots import LONGEST_BUFFER, LONGEST_SLOT
from webapp.models import Slot
from webapp.services.availability import busy
from webapp.services.availability.offering import Offering

# Only what overlaps the longest possible meeting at a start, with the longest buffers, can block that start.
SECONDS_BEFORE = int(LONGEST_BUFFER.total_seconds())
SECONDS_AFTER = int((LONGEST_SLOT + LONGEST_BUFFER).total_seconds())
# A weekly limit counts the bookings of whole weeks.
REACH_OF_LIMITS_SECONDS = 9 * DAY_SECONDS

# A start that was listed less than 60 s ago can be booked (rule 8): half of that is left for the guest.
LISTED_SECONDS = 30

# A row: for busy time the columns of `busy.COLUMNS`, padded with None; for a slot `_SLOT` and the fields of `_Slot`.
Times = tuple[Any, ...]
_SLOT = "slot"
_KINDS = {str(kind): kind for kind in BusyKind}


class _Slot(NamedTuple):
    start: int
    end: int
    slot_id: int
    event_type_id: int
    busy_start: int
    busy_end: int
    capacity: int
    seats_taken: int


@dataclass(frozen=True, slots=True)
class Availability:
    """All facts that decide about starts in [first, last), already read; the offers are computed on demand."""

    offering: Offering
    first: int
    last: int
    times: tuple[Times, ...]

    @property
    def key(self) -> Hashable:
        """Cache key: anything derived from a listing is valid for every listing with the same key. None: must not be
        cached."""
        if self.offering.source is None:
            return None
        return self.offering.source, self.offering.now // LISTED_SECONDS, self.first, self.last, self.times

    def facts(self) -> Facts:
        offering = self.offering
        slots = {row[3]: _Slot(*row[1:]) for row in self.times if row[0] == _SLOT}
        own = [slot for slot in slots.values() if slot.event_type_id == offering.event_type_id]
        return Facts(
            rules=offering.rules,
            now=offering.now,
            schedule=offering.schedule,
            published=tuple(_published(own)),
            busy=tuple(_busy(self.times, slots, offering.event_type_id)),
            counted_starts=tuple(_counted_starts(own)) if _has_limits(offering) else (),
            time_zone=offering.host_time_zone,
        )

    def offers(self) -> list[Offer]:
        return offers(self.facts(), self.first, self.last)


def list_offers(offering: Offering, first: int, last: int) -> list[Offer]:
    """Offers with starts in [first, last), Unix seconds, sorted."""
    return read_availability(offering, first, last).offers()


def list_ahead(offering: Offering) -> ListOffers:
    """As `list_offers`, for looking through all that can be booked from now on: one query, at the first call."""

    @cache
    def known() -> Facts:
        return read_availability(offering, offering.now, offering.now + HORIZON_SECONDS).facts()

    return lambda first, last: offers(known(), first, last)


def facts(session: Session, offering: Offering, first: int, last: int) -> Facts:
    """All facts that decide about starts in [first, last), or explain why one is not offered."""
    statement, values = _statement(busy.SOURCES, with_meetings=True), _values(offering, first, last)
    return Availability(offering, first, last, tuple(statement.rows(session, **values))).facts()


def read_availability(offering: Offering, first: int, last: int) -> Availability:
    """Read what decides in one query, no matter how many bookings the host has had."""
    statement, values = availability_query(offering, first, last)
    return Availability(offering, first, last, tuple(statement.rows(open_transaction(), **values)))


def availability_query(offering: Offering, first: int, last: int) -> tuple[Statement, Values]:
    """The query of `read_availability`, for callers that run it together with others."""
    return _statement(busy.SOURCES, with_meetings=False), _values(offering, first, last)


def _values(offering: Offering, first: int, last: int) -> Values:
    has_limits = _has_limits(offering)
    reach = REACH_OF_LIMITS_SECONDS if has_limits else 0
    return {
        "event_type": offering.event_type_id,
        "first": to_datetime(first - reach),
        "last": to_datetime(last + reach),
        "with_full": has_limits,
        **busy.span(offering.host_id, first - SECONDS_BEFORE, last + SECONDS_AFTER),
    }


def _has_limits(offering: Offering) -> bool:
    return bool(offering.rules.max_per_day or offering.rules.max_per_week)


@lru_cache(maxsize=4)
def _statement(sources: tuple[Select[Any], ...], *, with_meetings: bool) -> Statement:
    """Slots of the event type that have seats for guests, and all busy time.

    `with_meetings` adds the slot of each meeting, which tells a meeting from its buffers, and a full slot of this event
    type from one of another. Listing and booking do not need it, and that join took as long as all the rest.
    """
    slots = [_slots().where(*_is_on_offer())]
    if with_meetings:
        all_sources = union_all(*sources).subquery()
        slots.append(_slots().where(Slot.id.in_(select(all_sources.c.slot_id))))
    rest = [null()] * (len(slots[0].selected_columns) - len(busy.COLUMNS))
    return Statement.of(union_all(*slots, *(source.add_columns(*rest) for source in sources)))


def _slots() -> Select[Any]:
    columns: tuple[Any, ...] = (
        literal(_SLOT),
        epoch(Slot.starts_at),
        epoch(Slot.ends_at),
        Slot.id,
        Slot.event_type_id,
        epoch(func.lower(Slot.busy)),
        epoch(func.upper(Slot.busy)),
        Slot.capacity,
        Slot.seats_taken,
    )
    return select(*columns)


def _is_on_offer() -> tuple[ColumnElement[bool], ...]:
    """Full slots are included only if there are limits, which count their bookings."""
    return (
        Slot.event_type_id == bindparam("event_type"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at >= bindparam("first"),
        Slot.starts_at < bindparam("last"),
        (Slot.seats_taken < Slot.capacity) | bindparam("with_full", type_=Boolean),
    )


def _published(slots: Iterable[_Slot]) -> Iterator[PublishedSlot]:
    for slot in slots:
        if slot.seats_taken == 0:
            yield PublishedSlot(slot.slot_id, slot.start, slot.end, slot.busy_start, slot.busy_end, slot.capacity)


def _busy(rows: Iterable[Times], slots: Mapping[int, _Slot], event_type_id: int) -> Iterator[Busy]:
    for kind, start, end, slot_id, *_ in rows:
        if kind == _SLOT:
            continue
        if slot_id in slots:
            slot = slots[slot_id]
            is_same, left = slot.event_type_id == event_type_id, slot.capacity - slot.seats_taken
            yield Busy(start, end, _KINDS[kind], slot.start, slot.end, is_same, slot_id, slot.capacity, left)
        else:
            yield Busy(start, end, _KINDS[kind], slot_id=slot_id)


def _counted_starts(slots: Iterable[_Slot]) -> Iterator[int]:
    """One start per live booking."""
    for slot in slots:
        yield from [slot.start] * slot.seats_taken


def public_slot_ids(slot_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """Public ids of slots, by internal id."""
    query = select(Slot.id, Slot.public_id).where(Slot.id.in_(list(slot_ids)))
    return {row.id: row.public_id for row in current_session().execute(query)}


def list_offers_on(offering: Offering, first: date, last: date, *, time_zone: str) -> list[Offer]:
    """Offers that start on the local dates first..last, inclusive, as of `offering.now`."""
    return read_availability_on(offering, first, last, time_zone=time_zone).offers()


def read_availability_on(offering: Offering, first: date, last: date, *, time_zone: str) -> Availability:
    """Like `list_offers_on`, with the offers not yet computed."""
    return read_availability(offering, day_start(time_zone, first), day_start(time_zone, last + timedelta(days=1)))
