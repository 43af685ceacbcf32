"""When a host is busy, for anybody to read (RFC 5545 VFREEBUSY): only if the host has switched it on.

Meetings count with their buffers, as everywhere that "busy" is said here: who reads this wants to propose a time, and
one inside a buffer would be refused by the host's page. Touching and overlapping times are one, all of one kind, so
that neither who, what, how many nor which part is a vacation can be read from it.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, union_all, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.availability.instants import DAY_SECONDS, to_datetime
from webapp.domain.availability.intervals import Interval, merged
from webapp.domain.errors import NotFound
from webapp.models import BlockedTime, Host, Slot
from webapp.services.availability.offering import epoch
from webapp.services.availability.offers import REACH_SECONDS
from webapp.services.shared.access import require_host
from webapp.services.shared.audit import write_audit

DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicBusyTimes:
    """Merged times in [first, last), Unix seconds. `first` is the start of today, UTC."""

    host_slug: str
    host_name: str
    first: int
    last: int
    busy: tuple[Interval, ...]


@transactional
def publish_busy_times(session: Session, *, host_id: int, is_public: bool, actor: Actor) -> None:
    """Let anybody read them, or nobody any more."""
    require_host(actor, host_id)
    other = Host.id == host_id, Host.has_public_busy_times.is_not(is_public)
    changed = update(Host).where(*other).values(has_public_busy_times=is_public).returning(Host.id)
    if session.scalars(changed).first() is not None:
        action = "host.busy_times_published" if is_public else "host.busy_times_hidden"
        write_audit(session, actor, action, "host", host_id)


def has_public_busy_times(host_id: int) -> bool:
    return bool(current_session().scalar(select(Host.has_public_busy_times).where(Host.id == host_id)))


def public_busy_times(host_slug: str) -> PublicBusyTimes:
    """Raises NotFound for an unknown or inactive host, and for one who has not switched it on: two queries."""
    is_shown = Host.active, Host.confirmed_at.is_not(None), Host.has_public_busy_times
    query = select(Host.id, Host.slug, Host.name, epoch(func.now()).label("now"))
    host = current_session().execute(query.where(Host.slug == host_slug, *is_shown)).first()
    if host is None:
        raise NotFound
    first = host.now // DAY_SECONDS * DAY_SECONDS
    last = first + DAYS * DAY_SECONDS
    return PublicBusyTimes(
        host_slug=host.slug, host_name=host.name, first=first, last=last, busy=_busy(host.id, first, last)
    )


def _busy(host_id: int, first: int, last: int) -> tuple[Interval, ...]:
    taken = select(epoch(func.lower(Slot.busy)), epoch(func.upper(Slot.busy))).where(
        Slot.host_id == host_id,
        Slot.seats_taken > 0,
        Slot.withdrawn_at.is_(None),
        Slot.starts_at >= to_datetime(first - REACH_SECONDS),
        Slot.starts_at < to_datetime(last + REACH_SECONDS),
    )
    blocked = select(epoch(BlockedTime.starts_at), epoch(BlockedTime.ends_at)).where(
        BlockedTime.host_id == host_id,
        BlockedTime.ends_at > to_datetime(first),
        BlockedTime.starts_at < to_datetime(last),
    )
    rows = current_session().execute(union_all(taken, blocked))
    return tuple(merged((max(start, first), min(end, last)) for start, end in rows))
