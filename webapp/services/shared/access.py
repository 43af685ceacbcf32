"""Who may act for a host."""

from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Forbidden, NotFound


def require_host(actor: Actor, host_id: int) -> None:
    """The host themselves, an admin or the system. Raises Forbidden for guests, NotFound for another host."""
    if actor.kind is ActorKind.GUEST:
        raise Forbidden
    if actor.kind is ActorKind.HOST and actor.host_id != host_id:
        raise NotFound
