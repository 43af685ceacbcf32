"""How many event types a host may have: each one that is listed makes the public page longer for everybody."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import Invalid
from webapp.models import EventType
from webapp.services.accounts.public_page import MOST_LISTED

MOST_EVENT_TYPES = 500  # archived ones count, too
TOO_MANY_LISTED = f"At most {MOST_LISTED} event types can be on your page. Unlist or switch off another one first."
TOO_MANY = f"At most {MOST_EVENT_TYPES} event types, archived ones included."


def require_room(session: Session, host_id: int, *, is_new: bool, is_listed: bool) -> None:
    """For one event type more that is new, listed or both. The caller has locked the host, so that two at the same time
    are counted one after the other. Raises Invalid."""
    listed = func.count().filter(EventType.is_active, EventType.is_public, ~EventType.needs_link)
    everything, on_page = session.execute(select(func.count(), listed).where(EventType.host_id == host_id)).one()
    if is_new and everything >= MOST_EVENT_TYPES:
        raise Invalid({"": [TOO_MANY]})
    if is_listed and on_page >= MOST_LISTED:
        raise Invalid({"is_public": [TOO_MANY_LISTED]})
