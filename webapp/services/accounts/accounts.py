"""Accounts of hosts: one way to create a host, for registration, the command line, demo data and tests; invitations to
register, which are signed for one address, expire after some days and are not stored; and login sessions."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session, transactional
from webapp.core.extensions import TAG_BYTES, signer, site
from webapp.domain.bookings import EventKind
from webapp.domain.urls import base64url, from_base64url
from webapp.models import EventType, Host, LoginSession, Role, Schedule
from webapp.services.shared import outbox
from webapp.services.shared.validation import known_address

HOST = "host"
ADMIN = "admin"
LONGEST_NAME = 120
LONGEST_ABOUT = 1000
# The event types of a new host: slug, title, minutes.
# The schedule has no hours: nothing is on offer until the host sets some.
FIRST_SCHEDULE = "Working hours"
FIRST_EVENT_TYPES = (("15min", "15 minutes", 15), ("30min", "30 minutes", 30), ("60min", "60 minutes", 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The logged-in host, with the fields that pages need."""

    id: int
    email: str
    name: str
    slug: str
    time_zone: str
    locale: str
    about: str
    roles: frozenset[str]

    @classmethod
    def of(cls, host: Any) -> Self:
        return cls(
            id=host.id,
            email=host.email,
            name=host.name,
            slug=host.slug,
            time_zone=host.time_zone,
            locale=host.locale,
            about=host.about,
            roles=frozenset(role.name for role in host.roles),
        )

    @property
    def is_admin(self) -> bool:
        return ADMIN in self.roles


@transactional
def create_host(
    session: Session,
    *,
    email: str,
    name: str,
    slug: str,
    time_zone: str,
    password_hash: str | None,
    roles: Sequence[str] = (HOST,),
    confirmed: bool = False,
) -> int:
    """Create a host with three event types; returns the id. Raises SlugTaken, EmailTaken."""
    new = {"email": email, "name": name, "slug": slug, "time_zone": time_zone, "password": password_hash}
    return add_host(session, new, roles=roles, confirmed=confirmed).id


def add_host(session: Session, values: dict[str, Any], *, roles: Sequence[str], confirmed: bool) -> Host:
    """Like `create_host`, in the caller's transaction; `values` are columns of Host."""
    host = Host(
        **{"fs_uniquifier": uuid.uuid4().hex} | values,
        confirmed_at=func.now() if confirmed else None,
        roles=list(session.scalars(select(Role).where(Role.name.in_(roles)))),
    )
    session.add(host)
    session.flush()
    session.execute(
        insert(EventType),
        [
            {"host_id": host.id, "slug": slug, "title": title, "duration_minutes": minutes, "position": minutes}
            for slug, title, minutes in FIRST_EVENT_TYPES
        ],
    )
    session.execute(
        insert(Schedule).values(host_id=host.id, name=FIRST_SCHEDULE, is_default=True, time_zone=host.time_zone)
    )
    return host


def account_id(email: str) -> int | None:
    """The account with this address, however it is typed."""
    known = known_address(email)
    if "\0" in known:  # Postgres could not compare with it
        return None
    found: int | None = session().scalar(select(Host.id).where(func.lower(Host.email) == func.lower(known)))
    return found


def note(kind: EventKind, *, host_id: int) -> None:
    """Record an account event in the open transaction; mails follow from it."""
    outbox.record(session(), kind, host_id=host_id)


@transactional
def update_profile(session: Session, *, host_id: int, name: str, slug: str, time_zone: str, about: str) -> None:
    """Save the host's profile. Raises SlugTaken."""
    values = {"name": name, "slug": slug, "time_zone": time_zone, "about": about}
    session.execute(update(Host).where(Host.id == host_id).values(values))


PURPOSE = "registration"
DAYS = 7


def invitation_url(email: str) -> str:
    """The link with which `email` may register within the next days."""
    raw = int(time.time() + DAYS * 86_400).to_bytes(8) + email.encode()
    return site.url(f"/register?invitation={base64url(signer.tag(PURPOSE, raw) + raw)}")


def invited_email(token: str) -> str | None:
    """The address that a token invites; None if the token is expired or not valid."""
    raw = from_base64url(token)
    if raw is None:
        return None
    tag, signed = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if len(signed) <= 8 or not signer.verifies(PURPOSE, signed, tag):
        return None
    return signed[8:].decode() if int.from_bytes(signed[:8]) > time.time() else None


LONGEST = timedelta(days=14)


def begin(session: Session, *, host_id: int, instead_of: uuid.UUID | None) -> uuid.UUID:
    """Start a login session, in the caller's transaction; deletes the session that it replaces and expired ones."""
    is_over = (LoginSession.uid == instead_of) | (LoginSession.created_at < func.now() - LONGEST)
    session.execute(delete(LoginSession).where(LoginSession.host_id == host_id, is_over))
    login = LoginSession(uid=uuid.uuid4(), host_id=host_id)
    session.add(login)
    return login.uid


@transactional
def end(session: Session, uid: uuid.UUID) -> None:
    session.execute(delete(LoginSession).where(LoginSession.uid == uid))
