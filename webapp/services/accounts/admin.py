"""What an admin may do to other accounts."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Conflict, Forbidden
from webapp.models import Host, Role, host_role
from webapp.services.shared.audit import write_audit


class OwnAccount(Conflict):
    """Admins cannot lock themselves out of their own account."""

    code = "own_account"


@transactional
def set_active(session: Session, host_ids: Sequence[int], *, is_active: bool, actor: Actor) -> int:
    """Switch accounts on or off; returns how many changed. Hosts who are switched off are logged out at once."""
    _authorise(actor, host_ids)
    changed = session.execute(
        update(Host)
        .where(Host.id.in_(host_ids), Host.active.is_(not is_active))
        .values(active=is_active, fs_uniquifier=uuid.uuid4().hex)
        .returning(Host.id)
    )
    return _audited(session, actor, "host.activated" if is_active else "host.deactivated", changed.scalars().all())


@transactional
def set_admin(session: Session, host_ids: Sequence[int], *, is_admin: bool, actor: Actor) -> int:
    """Grant or revoke the role admin; returns how many changed."""
    _authorise(actor, host_ids)
    role_id = session.execute(select(Role.id).where(Role.name == "admin")).scalar_one()
    if is_admin:
        those = select(Host.id, literal(role_id)).where(Host.id.in_(host_ids))  # skips hosts deleted meanwhile
        changed = session.execute(
            insert(host_role)
            .from_select(["host_id", "role_id"], those)
            .on_conflict_do_nothing()
            .returning(host_role.c.host_id)
        )
    else:
        changed = session.execute(
            delete(host_role)
            .where(host_role.c.host_id.in_(host_ids), host_role.c.role_id == role_id)
            .returning(host_role.c.host_id)
        )
    return _audited(session, actor, "host.admin_given" if is_admin else "host.admin_taken", changed.scalars().all())


def _authorise(actor: Actor, host_ids: Sequence[int]) -> None:
    if actor.kind is not ActorKind.ADMIN:
        raise Forbidden
    if actor.host_id in host_ids:
        raise OwnAccount("Your own account stays as it is.")


def _audited(session: Session, actor: Actor, action: str, host_ids: Sequence[int]) -> int:
    for host_id in host_ids:
        write_audit(session, actor, action, "host", host_id)
    return len(host_ids)
