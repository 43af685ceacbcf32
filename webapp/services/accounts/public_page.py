"""A host's public page. The results contain no e-mail address, no guest and no internal id."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from webapp.core.db import session as current_session
from webapp.domain.errors import NotFound
from webapp.models import EventType, Host
from webapp.services.accounts.slugs import present_host_slug

MOST_LISTED = 100  # event types; `event_types.numbers` refuses to list more


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEventType:
    slug: str
    title: str
    description: str
    duration_minutes: int
    capacity: int
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHost:
    """A host with the active event types that are listed, in the host's order."""

    slug: str
    name: str
    about: str
    time_zone: str
    event_types: tuple[PublicEventType, ...]


def public_host(slug: str) -> PublicHost:
    """The host of this slug, or who has left it a short time ago. Raises NotFound if unknown or inactive."""
    try:
        return _public_host(slug)
    except NotFound:
        if present := present_host_slug(slug):
            return _public_host(present)
        raise


def _public_host(slug: str) -> PublicHost:
    is_listed = EventType.is_active, EventType.is_public, ~EventType.needs_link
    rows = current_session().execute(
        select(
            Host.name,
            Host.about,
            Host.time_zone,
            EventType.slug,
            EventType.title,
            EventType.description,
            EventType.duration_minutes,
            EventType.capacity,
            EventType.color,
        )
        .outerjoin(EventType, and_(EventType.host_id == Host.id, *is_listed))
        .where(Host.slug == slug, Host.active, Host.confirmed_at.is_not(None))
        .order_by(EventType.position, EventType.id)
        .limit(MOST_LISTED)
    )
    found = rows.all()
    if not found:
        raise NotFound
    types = tuple(
        PublicEventType(
            slug=row.slug,
            title=row.title,
            description=row.description,
            duration_minutes=row.duration_minutes,
            capacity=row.capacity,
            color=row.color,
        )
        for row in found
        if row.slug is not None
    )
    first = found[0]
    return PublicHost(slug=slug, name=first.name, about=first.about, time_zone=first.time_zone, event_types=types)
