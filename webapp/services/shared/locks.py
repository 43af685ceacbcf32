"""The lock of a host: whoever changes what is offered or booked takes it first, so that nobody decides on old facts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Host


def lock_host(session: Session, host_id: int | None) -> None:
    """Until the transaction ends; None locks nothing. Rows that refer to the host can be made meanwhile."""
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))
