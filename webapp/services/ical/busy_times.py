"""A host's public busy times (RFC 5545 VFREEBUSY), only if the host has switched them on.

Meetings count with their buffers, as everywhere else: readers want to propose a time, and the host's page would refuse
one inside a buffer. Touching and overlapping times are merged, and all are of one kind, so that nobody can read from
them who, what, how many or which part is a vacation.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.core.sql import epoch
from webapp.domain.actor import Actor
from webapp.domain.availability.instants import DAY_SECONDS
from webapp.domain.availability.intervals import Interval, merged
from webapp.domain.errors import NotFound
from webapp.models import Host
from webapp.services.accounts.slugs import present_host_slug
from webapp.services.availability.busy import busy_times
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
    """Make the busy times public, or private again."""
    require_host(actor, host_id)
    other = Host.id == host_id, Host.has_public_busy_times.is_not(is_public)
    changed = update(Host).where(*other).values(has_public_busy_times=is_public).returning(Host.id)
    if session.scalars(changed).first() is not None:
        action = "host.busy_times_published" if is_public else "host.busy_times_hidden"
        write_audit(session, actor, action, "host", host_id)


def has_public_busy_times(host_id: int) -> bool:
    return bool(current_session().scalar(select(Host.has_public_busy_times).where(Host.id == host_id)))


def public_busy_times(host_slug: str) -> PublicBusyTimes:
    """Two queries. Raises NotFound for an unknown or inactive host, and for one who has not switched them on."""
    is_shown = Host.active, Host.confirmed_at.is_not(None), Host.has_public_busy_times
    query = select(Host.id, Host.slug, Host.name, epoch(func.now()).label("now"))
    host = current_session().execute(query.where(Host.slug == host_slug, *is_shown)).first()
    if host is None:
        if present := present_host_slug(host_slug):
            return public_busy_times(present)
        raise NotFound
    first = host.now // DAY_SECONDS * DAY_SECONDS
    last = first + DAYS * DAY_SECONDS
    return PublicBusyTimes(
        host_slug=host.slug, host_name=host.name, first=first, last=last, busy=_busy(host.id, first, last)
    )


def _busy(host_id: int, first: int, last: int) -> tuple[Interval, ...]:
    rows = busy_times(current_session(), host_id, first, last)
    return tuple(merged((max(row.start, first), min(row.end, last)) for row in rows))
