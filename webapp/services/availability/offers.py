"""What can be booked: the availability engine's facts, read from the database, and its answers.

The public page, the API, the command line and `book` itself all come through here, so that what is listed is what can
be booked.
"""

import uuid
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from webapp.core.db import open_transaction
from webapp.core.db import session as current_session
from webapp.core.sql import Statement, Values
from webapp.domain.availability.facts import Busy, BusyKind, Facts, PublishedSlot
from webapp.domain.availability.instants import DAY_SECONDS, day_start, to_datetime
from webapp.domain.availability.offers import Offer, offers
from webapp.models import BlockedTime, Slot
from webapp.services.availability.offering import (
    Offering,
    epoch,
)

# A meeting lasts 8 hours at most, with a day of buffer on each side: what is in the way of a start overlaps such a
# meeting there, and has started itself at most 3 days from it. A week's limit counts bookings of whole weeks.
LONGEST_BUFFER_SECONDS = DAY_SECONDS
LONGEST_MEETING_SECONDS = 8 * 3600
REACH_SECONDS = 3 * DAY_SECONDS
REACH_OF_LIMITS_SECONDS = 9 * DAY_SECONDS

# A start that was listed less than 60 s ago can be booked (rule 8): half of that is left to whoever looks.
LISTED_SECONDS = 30

# slot_id, event_type_id, start, end, busy_start, busy_end, capacity, seats_taken
Times = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """All that decides about starts in [first, last), read; worked out only when it is asked what they are."""

    what: Offering
    first: int
    last: int
    times: tuple[Times, ...]

    @property
    def key(self) -> Hashable:
        """What follows from a listing may be shown again for one with the same key; None: may not."""
        if self.what.source is None:
            return None
        return self.what.source, self.what.now // LISTED_SECONDS, self.first, self.last, self.times

    def facts(self) -> Facts:
        what, published, busy = self.what, *_sorted_out(self.times, self.what.event_type_id)
        return Facts(
            rules=what.rules,
            now=what.now,
            schedule=what.schedule,
            published=tuple(published),
            busy=tuple(busy),
            counted_starts=tuple(_counted_starts(self.times, what.event_type_id)) if _has_limits(what) else (),
            time_zone=what.host_time_zone,
        )

    def offers(self) -> list[Offer]:
        return offers(self.facts(), self.first, self.last)


def offered(what: Offering, first: int, last: int) -> list[Offer]:
    """What can be booked with starts in [first, last), Unix seconds, sorted."""
    return listing(what, first, last).offers()


def facts(session: Session, what: Offering, first: int, last: int) -> Facts:
    """Everything that decides about starts in [first, last)."""
    return _read(session, what, first, last).facts()


def listing(what: Offering, first: int, last: int) -> Listing:
    """One query, whatever the host's history."""
    return _read(open_transaction(), what, first, last)


def _read(session: Session | None, what: Offering, first: int, last: int) -> Listing:
    statement, values = asked_times(what, first, last)
    return Listing(what, first, last, tuple(statement.rows(session, **values)))


def asked_times(what: Offering, first: int, last: int) -> tuple[Statement, Values]:
    """What `listing` asks the database, for those who ask it together with something else."""
    reach = before = after = REACH_OF_LIMITS_SECONDS
    if not _has_limits(what):
        reach, before = REACH_SECONDS, LONGEST_BUFFER_SECONDS
        after = LONGEST_MEETING_SECONDS + LONGEST_BUFFER_SECONDS
    return _times(), {
        "host": what.host_id,
        "event_type": what.event_type_id,
        "first": to_datetime(first - reach),
        "last": to_datetime(last + reach),
        "busy_first": to_datetime(first - before),
        "busy_last": to_datetime(last + after),
    }


def _has_limits(what: Offering) -> bool:
    return bool(what.rules.max_per_day or what.rules.max_per_week)


@lru_cache(maxsize=1)
def _times() -> Statement:
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
        func.upper(Slot.busy) > bindparam("busy_first"),
        func.lower(Slot.busy) < bindparam("busy_last"),
        (Slot.event_type_id == bindparam("event_type")) | (Slot.seats_taken > 0),
    )
    start, end = epoch(BlockedTime.starts_at), epoch(BlockedTime.ends_at)
    blocked = select(null(), null(), start, end, start, end, literal(0), literal(-1)).where(
        BlockedTime.host_id == bindparam("host"),
        BlockedTime.ends_at > bindparam("busy_first"),
        BlockedTime.starts_at < bindparam("busy_last"),
    )
    return Statement.of(union_all(slots, blocked))


def _sorted_out(rows: Iterable[Times], event_type_id: int) -> tuple[list[PublishedSlot], list[Busy]]:
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


def _counted_starts(rows: Iterable[Times], event_type_id: int) -> Iterable[int]:
    """One start per live booking of the event type."""
    for _, of, start, _, _, _, _, taken in rows:
        if of == event_type_id:
            yield from [start] * taken


def public_slot_ids(slot_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """The ids that guests may see, by the ids inside."""
    query = select(Slot.id, Slot.public_id).where(Slot.id.in_(list(slot_ids)))
    return {row.id: row.public_id for row in current_session().execute(query)}


def offers_on(what: Offering, first: date, last: date, *, time_zone: str) -> list[Offer]:
    """Offers that start on the local dates first..last, both included, as of `what.now`."""
    return listing_on(what, first, last, time_zone=time_zone).offers()


def listing_on(what: Offering, first: date, last: date, *, time_zone: str) -> Listing:
    """As `offers_on`, not yet worked out."""
    return listing(what, day_start(time_zone, first), day_start(time_zone, last + timedelta(days=1)))
