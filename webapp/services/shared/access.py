"""Who may act for a host, and the row lock on the host.

Every command that changes what is offered or booked takes this lock first, so that it does not decide on stale data.
"""

import uuid
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from webapp.core.lock_queues import waiting_for
from webapp.core.sql import Statement
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import Forbidden, NotFound


def require_host(actor: Actor, host_id: int) -> None:
    """Allow the host themselves, an admin or the system. Raises Forbidden for guests, NotFound for another host."""
    if actor.kind is ActorKind.GUEST:
        raise Forbidden
    if actor.kind is ActorKind.HOST and actor.host_id != host_id:
        raise NotFound


LOCK_HOST = Statement("SELECT id FROM host WHERE id = %(host)s FOR NO KEY UPDATE")
LOCK_HOST_BY_SLUG = Statement("SELECT id FROM host WHERE slug = %(host)s FOR NO KEY UPDATE")
_HOST_OF_SLOT = Statement("SELECT host_id FROM slot WHERE public_id = %(slot)s")


def lock_host(session: Session, host_id: int | None) -> None:
    """Lock the host's row until the transaction ends; None locks nothing. Rows that refer to the host can still be
    inserted. Raises Overloaded."""
    if host_id is not None:
        with waiting_for_host(session, host_id):
            LOCK_HOST.run(session, host=host_id)


def waiting_for_host(session: Session, host_id: int) -> AbstractContextManager[None]:
    """Where the host's row is locked together with other statements, that belongs inside. Raises Overloaded."""
    return waiting_for(session, "host", host_id)


def host_of_slot(session: Session, slot_id: uuid.UUID | None) -> int:
    """The host to lock before a slot is booked. Raises NotFound."""
    row = _HOST_OF_SLOT.one(session, slot=slot_id)
    if row is None:
        raise NotFound
    return int(row.host_id)
