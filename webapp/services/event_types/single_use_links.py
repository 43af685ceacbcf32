"""Single-use links: each allows one booking of an event type."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import LinkUsed, NotFound
from webapp.models import EventType, Host, SingleUseLink
from webapp.services.shared.access import require_host
from webapp.services.shared.audit import write_audit

TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """The event type of a link, and whether the link has been used."""

    host_slug: str
    event_type_slug: str
    is_used: bool


@transactional
def create_link(session: Session, event_type_slug: str, *, host_id: int, actor: Actor) -> str:
    """A new token, shown once: only its hash is stored. Raises NotFound."""
    require_host(actor, host_id)
    event_type_id = session.scalar(
        select(EventType.id).where(
            EventType.host_id == host_id, EventType.slug == event_type_slug, EventType.archived_at.is_(None)
        )
    )
    if event_type_id is None:
        raise NotFound
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = insert(SingleUseLink).values(host_id=host_id, event_type_id=event_type_id, token_hash=_hash(token))
    link_id = session.execute(link.returning(SingleUseLink.id)).scalar_one()
    write_audit(session, actor, "single_use_link.created", "single_use_link", link_id)
    return token


def link_target(token: str) -> LinkTarget:
    """Raises NotFound."""
    row = (
        current_session()
        .execute(
            select(Host.slug, EventType.slug, SingleUseLink.used_at.is_not(None))
            .join(EventType, EventType.id == SingleUseLink.event_type_id)
            .join(Host, Host.id == SingleUseLink.host_id)
            .where(SingleUseLink.token_hash == _hash(token))
        )
        .first()
    )
    if row is None:
        raise NotFound
    return LinkTarget(*row)


def spend_link(session: Session, token: str, event_type_id: int, booking_id: int) -> None:
    """Part of `book`: a conditional update, so that two guests with one link can make only one booking. Raises
    LinkUsed."""
    spent = session.execute(
        update(SingleUseLink)
        .where(
            SingleUseLink.token_hash == _hash(token),
            SingleUseLink.event_type_id == event_type_id,
            SingleUseLink.used_at.is_(None),
        )
        .values(used_at=func.now(), booking_id=booking_id)
        .returning(SingleUseLink.id)
    ).first()
    if spent is None:
        raise LinkUsed


def unspend_link(session: Session, booking_id: int) -> None:
    """The booking was never confirmed by its guest, who may use the link again."""
    of_booking = update(SingleUseLink).where(SingleUseLink.booking_id == booking_id)
    session.execute(of_booking.values(used_at=None, booking_id=None))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
