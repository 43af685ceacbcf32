"""Accounts of hosts: created by the operator or for a demo, and what every new host begins with."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.core.db import session, transactional
from webapp.domain.actor import Actor
from webapp.domain.bookings import EventKind
from webapp.models import EventType, Host, Role, Schedule, host_role
from webapp.services.accounts.events import AccountEvent, write_event
from webapp.services.accounts.slugs import require_few_changes
from webapp.services.shared import outbox
from webapp.services.shared.access import lock_host
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
    confirmed_at = func.now() if confirmed else None
    created = insert(Host).values(**new, fs_uniquifier=uuid.uuid4().hex, confirmed_at=confirmed_at).returning(Host.id)
    host_id = session.scalars(created).one()
    furnish(session, host_id, time_zone=time_zone)
    give_roles(session, host_id, roles)
    return host_id


def furnish(session: Session, host_id: int, *, time_zone: str) -> None:
    """What a new host begins with, in the caller's transaction."""
    session.execute(
        insert(EventType),
        [
            {"host_id": host_id, "slug": slug, "title": title, "duration_minutes": minutes, "position": minutes}
            for slug, title, minutes in FIRST_EVENT_TYPES
        ],
    )
    session.execute(insert(Schedule).values(host_id=host_id, name=FIRST_SCHEDULE, is_default=True, time_zone=time_zone))


def give_roles(session: Session, host_id: int, roles: Sequence[str]) -> None:
    """In the caller's transaction; roles that the host has already stay."""
    those = select(literal(host_id), Role.id).where(Role.name.in_(roles))
    session.execute(upsert(host_role).from_select(["host_id", "role_id"], those).on_conflict_do_nothing())


def account_id(email: str) -> int | None:
    """The account with this address, however it is typed."""
    known = known_address(email)
    if "\0" in known:  # Postgres could not compare with it
        return None
    found: int | None = session().scalar(select(Host.id).where(func.lower(Host.email) == func.lower(known)))
    return found


@transactional
def ask_reset(session: Session, email: str, *, actor: Actor) -> None:
    """A mail with a link follows if there is such an account. The caller does not learn it, nor from the time."""
    host_id = account_id(email)
    can_log_in = select(Host.id).where(Host.id == host_id, Host.active, Host.confirmed_at.is_not(None))
    outbox.record_for(session, EventKind.ACCOUNT_RESET, session.scalar(can_log_in))
    write_event(session, AccountEvent.RESET_ASKED, host_id=host_id, actor=actor)


@transactional
def update_profile(session: Session, *, host_id: int, name: str, slug: str, time_zone: str, about: str) -> None:
    """Save the host's profile. Raises SlugTaken, and Invalid if the slug has been changed too often."""
    lock_host(session, host_id)
    if session.scalars(select(Host.slug).where(Host.id == host_id)).one() != slug:
        require_few_changes(session, host_id, slug)
    values = {"name": name, "slug": slug, "time_zone": time_zone, "about": about}
    session.execute(update(Host).where(Host.id == host_id).values(values))
