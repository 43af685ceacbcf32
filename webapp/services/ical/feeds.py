"""Calendar feeds: secret addresses at which calendar programs read a host's bookings. Create, list, revoke,
authenticate."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.models import Feed, Host
from webapp.services.shared.access import require_host
from webapp.services.shared.audit import write_audit
from webapp.services.shared.secrets import (
    checked_name,
    is_secret,
    new_secret,
    note_use,
    revoke,
    revoke_all,
    secret_hash,
)

PREFIX = "osf_"
MOST_FEEDS = 20


class Detail(StrEnum):
    """What a feed shows: guests and subjects, or only when the host is busy."""

    FULL = "full"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """`name`: which program reads it, shown only to the host."""

    name: str
    detail: Detail = Detail.FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    public_id: uuid.UUID
    name: str
    detail: Detail
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReader:
    """The host whose bookings a secret shows, and in which detail."""

    feed_id: int
    detail: Detail
    host_id: int
    host_slug: str
    host_name: str
    host_email: str


@transactional
def create_feed(session: Session, new: NewFeed, *, host_id: int, actor: Actor) -> str:
    """The secret, which is not stored: a host who loses it creates another feed. Raises Invalid."""
    require_host(actor, host_id)
    name = checked_name(session, Feed, new.name, host_id=host_id, most=MOST_FEEDS, faults={})
    secret = new_secret(PREFIX)
    values = {"host_id": host_id, "name": name, "detail": new.detail, "secret_hash": secret_hash(secret)}
    made = session.scalars(insert(Feed).values(**values).returning(Feed.id)).one()
    write_audit(session, actor, "feed.created", "feed", made, detail=str(new.detail))
    return secret


def revoke_feed(public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    revoke(Feed, public_id, host_id=host_id, actor=actor)


def revoke_all_feeds(session: Session, *, host_id: int, actor: Actor) -> None:
    """In the caller's transaction."""
    revoke_all(session, Feed, host_id=host_id, actor=actor)


def host_feeds(host_id: int) -> list[FeedView]:
    """Newest first."""
    query = select(Feed.public_id, Feed.name, Feed.detail, Feed.created_at, Feed.last_used_at)
    rows = current_session().execute(query.where(Feed.host_id == host_id).order_by(Feed.created_at.desc(), Feed.id))
    return [FeedView(**dict(row._mapping) | {"detail": Detail(row.detail)}) for row in rows]


def host_feed(public_id: uuid.UUID, *, host_id: int) -> FeedView:
    """Raises NotFound."""
    found = next((one for one in host_feeds(host_id) if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def feed_reader(secret: str) -> FeedReader:
    """The feed of this secret. Raises NotFound if it is unknown or revoked, or its host is inactive."""
    row: Any = None
    if is_secret(secret, PREFIX):
        row = current_session().execute(_READER.where(Feed.secret_hash == secret_hash(secret))).first()
    if row is None:
        raise NotFound
    note_use(Feed, row.feed_id, row.last_used_at)
    values = {name: value for name, value in row._mapping.items() if name != "last_used_at"}
    return FeedReader(**values | {"detail": Detail(row.detail)})


_READER = (
    select(
        Feed.id.label("feed_id"),
        Feed.detail,
        Feed.last_used_at,
        Feed.host_id,
        Host.slug.label("host_slug"),
        Host.name.label("host_name"),
        Host.email.label("host_email"),
    )
    .join(Host, Host.id == Feed.host_id)
    .where(Host.active)
)
