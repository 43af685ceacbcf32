"""Event types that were archived because slots refer to them: list and restore."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.models import Booking, EventType, Slot
from webapp.services.event_types.content import numbered_slug
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEventType:
    """`bookings`: how many it ever had, cancelled ones included."""

    id: int
    title: str
    archived_at: datetime
    bookings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    title: str
    slug: str
    is_renamed: bool  # its old slug was taken


def archived_event_types(host_id: int) -> list[ArchivedEventType]:
    """The most recently archived first; one query."""
    query = (
        select(EventType.id, EventType.title, EventType.archived_at, func.count(Booking.id).label("bookings"))
        .outerjoin(Slot, Slot.event_type_id == EventType.id)
        .outerjoin(Booking, Booking.slot_id == Slot.id)
        .where(EventType.host_id == host_id, EventType.archived_at.is_not(None))
        .group_by(EventType.id)
        .order_by(EventType.archived_at.desc(), EventType.id.desc())
    )
    return [ArchivedEventType(**row._mapping) for row in current_session().execute(query)]


@transactional
def restore_event_type(session: Session, event_type_id: int, *, host_id: int, actor: Actor) -> Restored:
    """Restore it at the end of the list, inactive. Its free slots were withdrawn when it was archived, and stay so.

    If its slug has been taken meanwhile, it gets a free one, as a copy does: an archived event type cannot be edited,
    so refusing would leave no way to restore it. Raises NotFound; SlugTaken if that very slug is taken concurrently.
    """
    require_host(actor, host_id)
    # Of two concurrent restores, the second sees the slug of the first.
    lock_host(session, host_id)
    mine = EventType.host_id == host_id
    archived = select(EventType.title, EventType.slug).where(mine, EventType.archived_at.is_not(None))
    found = session.execute(archived.where(EventType.id == event_type_id)).first()
    if found is None:
        raise NotFound
    taken = set(session.scalars(select(EventType.slug).where(mine, EventType.archived_at.is_(None))))
    slug = numbered_slug(found.slug, taken) if found.slug in taken else found.slug
    last = select(func.coalesce(func.max(EventType.position), 0) + 1).where(mine).scalar_subquery()
    values = {"archived_at": None, "is_active": False, "slug": slug, "position": last}
    session.execute(update(EventType).where(EventType.id == event_type_id).values(values))
    write_audit(session, actor, "event_type.restored", "event_type", event_type_id)
    return Restored(title=found.title, slug=slug, is_renamed=slug != found.slug)
