"""Everything that takes a host's time, from all sources.

A source is a select with the columns of `COLUMNS`, narrowed to one host and to the times that overlap a span (`span`).
Code that needs to know when a host is busy reads all of `SOURCES`; a new source is a new table and one more line there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Select,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from webapp.core.sql import epoch
from webapp.domain.availability.facts import BusyKind
from webapp.domain.availability.instants import to_datetime
from webapp.models import BlockedTime, Claim

# `kind` is a BusyKind; `start` and `end` are Unix seconds including buffers, so that no datetime is built per row;
# `slot_id` is set for meetings, else None.
COLUMNS = ("kind", "start", "end", "slot_id")

_NO_SLOT = cast(null(), BigInteger)

HOST = bindparam("host", type_=BigInteger)
FIRST = bindparam("busy_first", type_=DateTime(timezone=True))
LAST = bindparam("busy_last", type_=DateTime(timezone=True))


def source(kind: BusyKind, start: Any, end: Any, slot_id: Any = _NO_SLOT) -> Select[Any]:
    """Busy time from `start` to `end`, for the caller to narrow with where()."""
    columns = literal(str(kind)), epoch(start), epoch(end), slot_id
    return select(*(column.label(name) for column, name in zip(columns, COLUMNS, strict=True)))


_MEETINGS = source(BusyKind.MEETING, func.lower(Claim.busy), func.upper(Claim.busy), Claim.slot_id).where(
    Claim.takes(HOST, FIRST, LAST)
)
_BLOCKED_TIMES = source(BusyKind.BLOCKED, BlockedTime.starts_at, BlockedTime.ends_at).where(
    BlockedTime.host_id == HOST, BlockedTime.ends_at > FIRST, BlockedTime.starts_at < LAST
)
SOURCES: tuple[Select[Any], ...] = (_MEETINGS, _BLOCKED_TIMES)


def span(host_id: int, first: int, last: int) -> Mapping[str, Any]:
    """Parameters for a statement with sources: the host's busy time that overlaps [first, last), Unix seconds."""
    return {"host": host_id, "busy_first": to_datetime(first), "busy_last": to_datetime(last)}


def busy_times(session: Session, host_id: int, first: int, last: int) -> Sequence[Any]:
    """Rows of `COLUMNS` from all sources, unordered."""
    return session.execute(union_all(*SOURCES), span(host_id, first, last)).all()
