"""The audit log: who did what to what. Ids and figures only, never names or addresses."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.models import AuditEntry


def write_audit(session: Session, actor: Actor, action: str, object_kind: str, object_id: int, **details: Any) -> None:
    """Part of the caller's transaction: what is not committed did not happen."""
    session.execute(
        insert(AuditEntry).values(
            actor_kind=actor.kind,
            actor_id=actor.host_id,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            details=details,
        )
    )
