"""One key, one result: a retried command finds the answer of the first one (api.md, Idempotency)."""

import hashlib
import json
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.errors import IdempotencyMismatch

_CLAIM = Statement("""
INSERT INTO idempotency_key (scope, key, request_hash, answer)
VALUES (%(scope)s, %(key)s, %(request_hash)s, %(answer)s)
ON CONFLICT DO NOTHING RETURNING key
""")
_FIRST = Statement("SELECT request_hash, answer FROM idempotency_key WHERE scope = %(scope)s AND key = %(key)s")
_KEEP = Statement("UPDATE idempotency_key SET answer = %(answer)s WHERE scope = %(scope)s AND key = %(key)s")


def fingerprint(request: dict[str, Any]) -> str:
    """SHA-256 of a request, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def claim_key(
    session: Session, scope: str, key: str, request_hash: str, *, answer: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Take a key for this transaction, or give the answer that it already has. `answer`: this transaction's, when it
    is known beforehand; otherwise `keep_answer` follows.

    A second caller waits here until the first one has committed or failed. Raises IdempotencyMismatch when the key
    came with another request.
    """
    known = None if answer is None else Jsonb(answer)
    if _CLAIM.one(session, scope=scope, key=key, request_hash=request_hash, answer=known):
        return None
    first = _FIRST.one(session, scope=scope, key=key)  # a new statement sees what the other transaction has committed
    if first.request_hash != request_hash:
        raise IdempotencyMismatch
    return dict(first.answer or {})


def keep_answer(session: Session, scope: str, key: str, answer: dict[str, Any]) -> None:
    _KEEP.run(session, scope=scope, key=key, answer=Jsonb(answer))
