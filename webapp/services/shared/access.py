"""Who may act for a host, and the row lock on the host.

Every command that changes what is offered or booked takes this lock first, so that it does not decide on stale data.
"""

from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.lock_queues import waiting_for
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Forbidden, NotFound
from webapp.models import Host


def require_host(actor: Actor, host_id: int) -> None:
    """Allow the host themselves, an admin or the system. Raises Forbidden for guests, NotFound for another host."""
    if actor.kind is ActorKind.GUEST:
        raise Forbidden
    if actor.kind is ActorKind.HOST and actor.host_id != host_id:
        raise NotFound


def lock_host(session: Session, host_id: int | None) -> None:
    """Lock the host's row until the transaction ends; None locks nothing. Rows that refer to the host can still be
    inserted. Raises Overloaded."""
    with waiting_for_host(session, host_id):
        session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))


def waiting_for_host(session: Session, host_id: int | None) -> AbstractContextManager[None]:
    """Where the host's row is locked in another way, that statement belongs inside. Raises Overloaded."""
    return waiting_for(session, "host", host_id)
