"""API tokens: create, list, revoke, and authenticate each request.

Only the hash of a token is stored (`shared.secrets`).
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import NotFound
from webapp.models import ApiToken, Host
from webapp.services.accounts.accounts import account_id
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

PREFIX = "osl_"  # also distinguishes it from a manage token
MOST_TOKENS = 100
LONGEST_DAYS = 3650


class Scope(StrEnum):
    """What a token may do: only read, or also write."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`name`: which program uses it, shown only to the host. `days`: until it expires; None: never."""

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
    """The host that a token belongs to, and its scope."""

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
    """The token, which is not stored: a host who loses it creates another. Raises Invalid."""
    require_host(actor, host_id)
    is_odd = new.days is not None and not 1 <= new.days <= LONGEST_DAYS
    faults = {"days": [f"Must be between 1 and {LONGEST_DAYS} days."]} if is_odd else {}
    name = checked_name(session, ApiToken, new.name, host_id=host_id, most=MOST_TOKENS, faults=faults)
    token = new_secret(PREFIX)
    values = {"host_id": host_id, "name": name, "scope": new.scope, "token_hash": secret_hash(token)}
    expires = None if new.days is None else datetime.now(UTC) + timedelta(days=new.days)
    made = session.scalars(insert(ApiToken).values(**values, expires_at=expires).returning(ApiToken.id)).one()
    write_audit(session, actor, "api_token.created", "api_token", made, scope=str(new.scope))
    return token


def revoke_token(public_id: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    revoke(ApiToken, public_id, host_id=host_id, actor=actor)


def revoke_all_tokens(session: Session, *, host_id: int, actor: Actor) -> None:
    """In the caller's transaction."""
    revoke_all(session, ApiToken, host_id=host_id, actor=actor)


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
    found = account_id(email)
    if found is None:
        raise NotFound
    return found


def token_holder(token: str) -> TokenHolder | None:
    """The holder of this token; None if it is unknown, revoked or expired, or its host is inactive."""
    if not is_secret(token, PREFIX):
        return None
    row = current_session().execute(_HOLDER.where(ApiToken.token_hash == secret_hash(token))).first()
    if row is None:
        return None
    note_use(ApiToken, row.token_id, row.last_used_at)
    values = {name: value for name, value in row._mapping.items() if name != "last_used_at"}
    return TokenHolder(**values | {"scope": Scope(row.scope)})


def _view(row: Any) -> TokenView:
    return TokenView(**dict(row._mapping) | {"scope": Scope(row.scope)})


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
