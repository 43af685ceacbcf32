"""The audit log: who did what to which object. Only ids and figures, never names or addresses."""

from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.actor import Actor

_INSERT = Statement("""
INSERT INTO audit_entry (actor_kind, actor_id, action, object_kind, object_id, details)
VALUES (%(actor_kind)s, %(actor_id)s, %(action)s, %(object_kind)s, %(object_id)s, %(details)s)
""")


def write_audit(session: Session, actor: Actor, action: str, object_kind: str, object_id: int, **details: Any) -> None:
    """Write the entry in the caller's transaction, so that it exists only if the action was committed."""
    _INSERT.run(
        session,
        actor_kind=str(actor.kind),
        actor_id=actor.host_id,
        action=str(action),
        object_kind=object_kind,
        object_id=object_id,
        details=Jsonb(details),
    )
