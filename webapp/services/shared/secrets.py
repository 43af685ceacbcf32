"""Secrets for a host's programs, stored only as hashes: API tokens and feed addresses.

A secret has 256 random bits, so a single round of SHA-256 is safe. Nothing is cached: a revoked secret is refused from
the next request on.
"""

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.text import TextFault, line
from webapp.models import ApiToken, Feed
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit

LONGEST_NAME = 80
USE_NOTED_EVERY = timedelta(minutes=1)
SecretModel = type[ApiToken] | type[Feed]
_PLURALS: dict[SecretModel, str] = {ApiToken: "tokens", Feed: "feeds"}


def new_secret(prefix: str) -> str:
    """A random secret. `prefix` shows what it is for, also to scanners for leaked secrets."""
    return prefix + secrets.token_urlsafe(32)


def is_secret(text: str, prefix: str) -> bool:
    return re.fullmatch(rf"{prefix}[A-Za-z0-9_-]{{43}}", text, re.ASCII) is not None


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def checked_name(
    session: Session, model: SecretModel, name: str, *, host_id: int, most: int, faults: Mapping[str, Sequence[str]]
) -> str:
    """The normalised name for a new secret of one kind. The host stays locked, so that two secrets created at the same
    time are counted one after the other. `faults`: those found so far. Raises Invalid, which lists every fault."""
    lock_host(session, host_id)
    all_faults = {field: list(messages) for field, messages in faults.items()}
    try:
        name = line(name, LONGEST_NAME)
    except TextFault as fault:
        all_faults["name"] = [str(fault)]
    if session.scalars(select(func.count()).where(model.host_id == host_id)).one() >= most:
        all_faults[""] = [f"At most {most} {_PLURALS[model]}. Revoke some that are not used."]
    if all_faults:
        raise Invalid(all_faults)
    return name


@transactional
def revoke(session: Session, model: SecretModel, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    require_host(actor, host_id)
    mine = model.host_id == host_id, model.public_id == public_id
    revoked = session.scalars(delete(model).where(*mine).returning(model.id)).first()
    if revoked is None:
        raise NotFound
    write_audit(session, actor, f"{model.__tablename__}.revoked", model.__tablename__, revoked)


def revoke_all(session: Session, model: SecretModel, *, host_id: int, actor: Actor) -> None:
    """In the caller's transaction."""
    require_host(actor, host_id)
    for revoked in session.scalars(delete(model).where(model.host_id == host_id).returning(model.id)):
        write_audit(session, actor, f"{model.__tablename__}.revoked", model.__tablename__, revoked)


def note_use(model: SecretModel, id_: int, last_used_at: datetime | None) -> None:
    """Update the time of last use, but not on every request: that would be too many writes."""
    if last_used_at is None or last_used_at < datetime.now(UTC) - USE_NOTED_EVERY:
        _note_use(model, id_)


@transactional
def _note_use(session: Session, model: SecretModel, id_: int) -> None:
    """Only one of several concurrent uses writes."""
    is_due = or_(model.last_used_at.is_(None), model.last_used_at < func.now() - USE_NOTED_EVERY)
    session.execute(update(model).where(model.id == id_, is_due).values(last_used_at=func.now()))
