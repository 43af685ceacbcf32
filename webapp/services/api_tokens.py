"""Tokens by which programs act for a host: made, listed, revoked, and recognised on each request.

A token has 256 random bits, so one round of SHA-256 keeps it safe. Nothing is cached: a revoked token is refused by
the next request.
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
from webapp.models import ApiToken, Host
from webapp.services.audit import write_audit
from webapp.services.authorisation import require_host

PREFIX = "osl_"  # tells a token from a manage token, and scanners for leaked secrets what they look at
FORMAT = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
LONGEST_NAME = 80
MOST_TOKENS = 100
LONGEST_DAYS = 3650
USE_NOTED_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do: look, or also change."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`name`: for the host alone, what uses it. `days`: until it expires; None: never."""

    name: str
    scope: Scope = Scope.WRITE
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    public_id: uuid.UUID
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """Whom a token stands for, and what it may do."""

    host_id: int
    slug: str
    name: str
    email: str
    time_zone: str
    token_id: int
    token_name: str
    scope: Scope
    expires_at: datetime | None

    @property
    def scopes(self) -> tuple[Scope, ...]:
        return (Scope.READ,) if self.scope is Scope.READ else (Scope.READ, Scope.WRITE)


@transactional
def create_token(session: Session, new: NewToken, *, host_id: int, actor: Actor) -> str:
    """The token, which is not kept: who loses it makes another. Raises Invalid."""
    require_host(actor, host_id)
    name = _checked(session, new, host_id)
    token = PREFIX + secrets.token_urlsafe(32)
    values = {"host_id": host_id, "name": name, "scope": new.scope, "token_hash": _hash(token)}
    expires = None if new.days is None else datetime.now(UTC) + timedelta(days=new.days)
    made = session.scalars(insert(ApiToken).values(**values, expires_at=expires).returning(ApiToken.id)).one()
    write_audit(session, actor, "api_token.created", "api_token", made, scope=str(new.scope))
    return token


@transactional
def revoke_token(session: Session, public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    require_host(actor, host_id)
    mine = ApiToken.host_id == host_id, ApiToken.public_id == public_id
    revoked = session.scalars(delete(ApiToken).where(*mine).returning(ApiToken.id)).first()
    if revoked is None:
        raise NotFound
    write_audit(session, actor, "api_token.revoked", "api_token", revoked)


def host_tokens(host_id: int) -> list[TokenView]:
    """Newest first."""
    query = select(*_COLUMNS).where(ApiToken.host_id == host_id).order_by(ApiToken.created_at.desc(), ApiToken.id)
    return [_view(row) for row in current_session().execute(query)]


def host_token(public_id: uuid.UUID, *, host_id: int) -> TokenView:
    """Raises NotFound."""
    found = next((one for one in host_tokens(host_id) if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def host_id_of(email: str) -> int:
    """Raises NotFound."""
    found = current_session().scalar(select(Host.id).where(func.lower(Host.email) == email.lower()))
    if found is None:
        raise NotFound
    return found


def token_holder(token: str) -> TokenHolder | None:
    """Who holds this token; None when it is unknown, revoked or expired, or its host is switched off."""
    if not FORMAT.fullmatch(token):
        return None
    row = current_session().execute(_HOLDER.where(ApiToken.token_hash == _hash(token))).first()
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < datetime.now(UTC) - USE_NOTED_EVERY:
        _note_use(row.token_id)
    values = {name: value for name, value in row._mapping.items() if name != "last_used_at"}
    return TokenHolder(**values | {"scope": Scope(row.scope)})


@transactional
def _note_use(session: Session, token_id: int) -> None:
    """Once in a while: a write per request would cost more than it tells."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=func.now()))


def _checked(session: Session, new: NewToken, host_id: int) -> str:
    faults: dict[str, list[str]] = {}
    name = ""
    try:
        name = line(new.name, LONGEST_NAME)
    except TextFault as fault:
        faults["name"] = [str(fault)]
    if new.days is not None and not 1 <= new.days <= LONGEST_DAYS:
        faults["days"] = [f"Must be between 1 and {LONGEST_DAYS} days."]
    count = select(func.count()).where(ApiToken.host_id == host_id)
    if session.scalars(count).one() >= MOST_TOKENS:
        faults[""] = [f"At most {MOST_TOKENS} tokens. Revoke some that are not used."]
    if faults:
        raise Invalid(faults)
    return name


def _view(row: Any) -> TokenView:
    return TokenView(**dict(row._mapping) | {"scope": Scope(row.scope)})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


_COLUMNS = (
    ApiToken.public_id,
    ApiToken.name,
    ApiToken.scope,
    ApiToken.created_at,
    ApiToken.expires_at,
    ApiToken.last_used_at,
)
_HOLDER = (
    select(
        ApiToken.host_id,
        Host.slug,
        Host.name,
        Host.email,
        Host.time_zone,
        ApiToken.id.label("token_id"),
        ApiToken.name.label("token_name"),
        ApiToken.scope,
        ApiToken.expires_at,
        ApiToken.last_used_at,
    )
    .join(Host, Host.id == ApiToken.host_id)
    .where(Host.active, or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()))
)
