"""Idempotency keys: a retried command gets the answer of the first attempt (api.md, Idempotency).

Key, command and answer are one transaction: after a crash, either all of it has happened or nothing, and a failure is
not stored.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.db import transactional, within_transaction
from webapp.core.lock_queues import waiting_for
from webapp.core.sql import Statement
from webapp.domain.errors import IdempotencyMismatch

Answer = dict[str, Any]

_CLAIM = Statement("""
INSERT INTO idempotency_key (scope, key, request_hash, answer)
VALUES (%(scope)s, %(key)s, %(request_hash)s, %(answer)s)
ON CONFLICT DO NOTHING RETURNING key
""")
_FIRST = Statement("SELECT request_hash, answer FROM idempotency_key WHERE scope = %(scope)s AND key = %(key)s")
_KEEP = Statement("UPDATE idempotency_key SET answer = %(answer)s WHERE scope = %(scope)s AND key = %(key)s")


def fingerprint(request: dict[str, Any]) -> str:
    """SHA-256 of a request, independent of the order of its fields."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def claim_key(
    session: Session, scope: str, key: str, request_hash: str, *, answer: Answer | None = None
) -> Answer | None:
    """Claim a key for this transaction and return None, or return the answer already stored under it. `answer`: that
    of this transaction, if it is known beforehand; otherwise it is stored afterwards.

    A second caller with the same key waits here until the first one has committed or failed. Raises IdempotencyMismatch
    if the key was used with a different request,
    Overloaded if the first one takes too long.
    """
    known = None if answer is None else Jsonb(answer)
    with waiting_for(session, "idempotency key", scope, key):
        is_new = _CLAIM.one(session, scope=scope, key=key, request_hash=request_hash, answer=known)
    if is_new:
        return None
    first = _FIRST.one(session, scope=scope, key=key)  # a new statement sees what the other transaction committed
    if first.request_hash != request_hash:
        raise IdempotencyMismatch
    return dict(first.answer or {})


@transactional
def run_once(
    session: Session, scope: str, key: str, request_hash: str, *, act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """(the answer of `act`, whether it is an earlier one's). Raises IdempotencyMismatch and whatever `act` raises.

    `act` calls commands, and answers with JSON values that keep no personal data: they stay for a day.
    """
    earlier = claim_key(session, scope, key, request_hash)
    if earlier is not None:
        return earlier, True
    with within_transaction(session):
        answer = act()
    _KEEP.run(session, scope=scope, key=key, answer=Jsonb(answer))
    return answer, False
