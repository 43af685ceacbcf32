"""Accounts of hosts: one way to make a host, for registration, the command line, demo data and tests."""

import uuid
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.db import transactional
from webapp.models import EventType, Host, Role, host_role
from sqlalchemy import func

# What a new host can be booked for.
FIRST_EVENT_TYPES = (("15min", "15 minutes", 15), ("30min", "30 minutes", 30), ("60min", "60 minutes", 60))


@transactional
def create_host(
    session: Session,
    *,
    email: str,
    name: str,
    slug: str,
    time_zone: str,
    password_hash: str | None,
    roles: Sequence[str] = ("host",),
    confirmed: bool = False,
) -> int:
    """A host with three event types. Returns the id. Raises SlugTaken, EmailTaken."""
    host_id = session.execute(
        insert(Host)
        .values(
            email=email,
            name=name,
            slug=slug,
            time_zone=time_zone,
            password=password_hash,
            fs_uniquifier=uuid.uuid4().hex,
            confirmed_at=func.now() if confirmed else None,
        )
        .returning(Host.id)
    ).scalar_one()
    role_ids = session.execute(select(Role.id).where(Role.name.in_(roles))).scalars()
    session.execute(insert(host_role), [{"host_id": host_id, "role_id": role_id} for role_id in role_ids])
    session.execute(
        insert(EventType),
        [
            {"host_id": host_id, "slug": slug, "title": title, "duration_minutes": minutes, "position": minutes}
            for slug, title, minutes in FIRST_EVENT_TYPES
        ],
    )
    return int(host_id)
