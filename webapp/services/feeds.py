"""Secret addresses at which calendar programs read a host's bookings: made, listed, revoked, recognised.

As with tokens of the API: 256 random bits, of which only a hash is kept, and nothing is cached, so that a revoked
address is none from the next request on.
"""

import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.db import session as current_session
from webapp.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.text import TextFault, line
from webapp.models import Feed, Host
from webapp.services.audit import write_audit
from webapp.services.authorisation import require_host

PREFIX = "osf_"  # tells scanners for leaked secrets what they look at
FORMAT = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
LONGEST_NAME = 80
MOST_FEEDS = 20
USE_NOTED_EVERY = timedelta(minutes=1)


class Detail(StrEnum):
    """What a feed tells: who comes and what for, or only when the host is busy."""

    FULL = "full"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """`name`: for the host alone, what reads it."""

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
    """Whose bookings a secret shows, and how much of them."""

    feed_id: int
    detail: Detail
    host_id: int
    host_slug: str
    host_name: str
    host_email: str


@transactional
def create_feed(session: Session, new: NewFeed, *, host_id: int, actor: Actor) -> str:
    """The secret, which is not kept: who loses it makes another feed. Raises Invalid."""
    require_host(actor, host_id)
    # Locked: two that are made at once are counted one after the other.
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))
    name = _checked(session, new, host_id)
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {"host_id": host_id, "name": name, "detail": new.detail, "secret_hash": _hash(secret)}
    made = session.scalars(insert(Feed).values(**values).returning(Feed.id)).one()
    write_audit(session, actor, "feed.created", "feed", made, detail=str(new.detail))
    return secret


@transactional
def revoke_feed(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    require_host(actor, host_id)
    mine = Feed.host_id == host_id, Feed.public_id == public_id
    revoked = session.scalars(delete(Feed).where(*mine).returning(Feed.id)).first()
    if revoked is None:
        raise NotFound
    write_audit(session, actor, "feed.revoked", "feed", revoked)


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
    """Raises NotFound when the secret is unknown or revoked, or its host is switched off."""
    row: Any = None
    if FORMAT.fullmatch(secret):
        row = current_session().execute(_READER.where(Feed.secret_hash == _hash(secret))).first()
    if row is None:
        raise NotFound
    if row.last_used_at is None or row.last_used_at < datetime.now(UTC) - USE_NOTED_EVERY:
        _note_use(row.feed_id)
    values = {name: value for name, value in row._mapping.items() if name != "last_used_at"}
    return FeedReader(**values | {"detail": Detail(row.detail)})


@transactional
def _note_use(session: Session, feed_id: int) -> None:
    """Once in a while; of several that read at once, one."""
    is_due = or_(Feed.last_used_at.is_(None), Feed.last_used_at < func.now() - USE_NOTED_EVERY)
    session.execute(update(Feed).where(Feed.id == feed_id, is_due).values(last_used_at=func.now()))


def _checked(session: Session, new: NewFeed, host_id: int) -> str:
    """The name, normalised. Raises Invalid with all faults at once."""
    faults: dict[str, list[str]] = {}
    name = ""
    try:
        name = line(new.name, LONGEST_NAME)
    except TextFault as fault:
        faults["name"] = [str(fault)]
    if session.scalars(select(func.count()).where(Feed.host_id == host_id)).one() >= MOST_FEEDS:
        faults[""] = [f"At most {MOST_FEEDS} feeds. Revoke some that are not used."]
    if faults:
        raise Invalid(faults)
    return name


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


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
