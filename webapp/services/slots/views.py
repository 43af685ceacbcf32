"""Published and booked slots as shown on pages and in the API."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from webapp.domain.slots import LONGEST_SLOT
from webapp.models import EventType, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A row of `slot` with its event type. Datetimes are aware, UTC."""

    id: int
    public_id: uuid.UUID
    host_id: int
    start: datetime
    end: datetime
    event_type_slug: str
    event_type_title: str
    color: str
    status: str
    capacity: int
    seats_taken: int
    origin: str

    @property
    def duration_minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


def slot_select() -> Select[*tuple[Any, ...]]:
    """All columns of `SlotView`, without withdrawn slots."""
    return (
        select(
            Slot.id,
            Slot.public_id,
            Slot.host_id,
            Slot.starts_at.label("start"),
            Slot.ends_at.label("end"),
            EventType.slug.label("event_type_slug"),
            EventType.title.label("event_type_title"),
            EventType.color,
            Slot.status,
            Slot.capacity,
            Slot.seats_taken,
            Slot.origin,
        )
        .join(EventType, EventType.id == Slot.event_type_id)
        .where(Slot.withdrawn_at.is_(None))
    )


def overlapping_slots(host_id: int, first: datetime, last: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the host's slots that are not withdrawn and overlap [first, last)."""
    return (
        Slot.host_id == host_id,
        Slot.withdrawn_at.is_(None),
        Slot.starts_at < last,
        Slot.starts_at > first - LONGEST_SLOT,  # so that the index can be used
        Slot.ends_at > first,
    )


def slot_view(row: Row[Any]) -> SlotView:
    return SlotView(**row._mapping)


def slot_by_public_id(session: Session, public_id: uuid.UUID, *, host_id: int) -> SlotView | None:
    """The host's slot, or None if it does not exist or is another host's."""
    row = session.execute(slot_select().where(Slot.public_id == public_id, Slot.host_id == host_id)).first()
    return slot_view(row) if row else None
