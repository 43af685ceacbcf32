"""The audit log: who did what to which object, and from which client address. Otherwise only ids and figures, never
names or e-mail addresses.

Client addresses are replaced by keyed hashes after `ADDRESSES_KEPT`: entries of one client can still be matched, but
nobody can tell from them who it was.
"""

from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.core.extensions import signer
from webapp.core.sql import Statement
from webapp.domain.actor import Actor
from webapp.models import AuditEntry

ADDRESSES_KEPT = timedelta(days=30)
HASHED = "hmac:"  # begins a client address that was replaced
MOST_AT_ONCE = 200  # addresses per transaction

_INSERT = Statement("""
INSERT INTO audit_entry (actor_kind, actor_id, client_address, action, object_kind, object_id, details)
VALUES (%(actor_kind)s, %(actor_id)s, %(client_address)s, %(action)s, %(object_kind)s, %(object_id)s, %(details)s)
""")


def write_audit(
    session: Session, actor: Actor, action: str, object_kind: str, object_id: int | None, **details: Any
) -> None:
    """Write the entry in the caller's transaction, so that it exists only if the action was committed. Without an
    `object_id` it is about something that does not exist, such as the account for an unknown e-mail address."""
    _INSERT.run(
        session,
        actor_kind=str(actor.kind),
        actor_id=actor.host_id,
        client_address=actor.client_address,
        action=str(action),
        object_kind=object_kind,
        object_id=object_id,
        details=Jsonb(details),
    )


@transactional
def record_read(session: Session, actor: Actor, action: str, object_kind: str, object_id: int | None = None) -> None:
    """An admin has looked at other people's data, or somebody has exported data."""
    write_audit(session, actor, action, object_kind, object_id)


def hash_old_addresses(session: Session) -> int:
    """Returns how many different addresses were replaced; MOST_AT_ONCE means that there may be more."""
    is_due = AuditEntry.occurred_at < func.now() - ADDRESSES_KEPT, ~AuditEntry.client_address.startswith(HASHED)
    due = session.scalars(select(AuditEntry.client_address).where(*is_due).distinct().limit(MOST_AT_ONCE)).all()
    for address in due:
        hashed = HASHED + signer.tag("audit-address", str(address).encode()).hex()
        theirs = AuditEntry.client_address == address
        session.execute(update(AuditEntry).where(theirs, *is_due).values(client_address=hashed))
    return len(due)
