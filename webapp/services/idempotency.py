"""One key, one result: a retried command finds the answer of the first one (api.md, Idempotency)."""

import hashlib
import json
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.errors import IdempotencyMismatch
from webapp.models import IdempotencyKey


def fingerprint(request: dict[str, Any]) -> str:
    """SHA-256 of a request, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def claim_key(session: Session, scope: str, key: str, request_hash: str) -> dict[str, Any] | None:
    """Take a key for this transaction, or give the answer that it already has.

    A second caller waits here until the first one has committed or failed. Raises IdempotencyMismatch when the key
    came with another request.
    """
    taken = session.execute(
        insert(IdempotencyKey)
        .values(scope=scope, key=key, request_hash=request_hash)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    if taken:
        return None
    # A new statement: it sees what the other transaction has committed.
    first = session.execute(
        select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
            IdempotencyKey.scope == scope, IdempotencyKey.key == key
        )
    ).one()
    if first.request_hash != request_hash:
        raise IdempotencyMismatch
    return dict(first.answer or {})


def keep_answer(session: Session, scope: str, key: str, answer: dict[str, Any]) -> None:
    session.execute(
        update(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key).values(answer=answer)
    )
