"""Who may act for a host, and the lock of a host.

Whoever changes what is offered or booked takes the lock first, so that nobody decides on outdated facts.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Forbidden, NotFound
from webapp.models import Host


def require_host(actor: Actor, host_id: int) -> None:
    """The host themselves, an admin or the system. Raises Forbidden for guests, NotFound for another host."""
    if actor.kind is ActorKind.GUEST:
        raise Forbidden
    if actor.kind is ActorKind.HOST and actor.host_id != host_id:
        raise NotFound


def lock_host(session: Session, host_id: int | None) -> None:
    """Until the transaction ends; None locks nothing. Rows that refer to the host can be made meanwhile."""
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))
