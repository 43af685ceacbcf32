"""Publishing many slots at once: the look before `slots.publish`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.core.db import session
from webapp.domain.availability.instants import to_datetime
from webapp.domain.errors import Invalid
from webapp.domain.slots import WeeklyPlan, planned_starts
from webapp.services.event_types.event_types import EventTypeContent, host_event_types
from webapp.services.slots.slots import MOST_AT_ONCE, NewSlot, publication_clashes


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot that would be published. `clash`: why it cannot be (a `slots.Clash.error`), or None."""

    start: datetime
    clash: str | None


def active_event_types(host_id: int) -> list[EventTypeContent]:
    """What slots can be published for, in the host's order."""
    return [one.content for one in host_event_types(host_id) if one.content.is_active]


def planned_slots(plan: WeeklyPlan, event_type: str) -> list[NewSlot]:
    """What the plan would publish for this event type (slug). Raises Invalid for nothing and for too much."""
    slots: list[NewSlot] = []
    for start in planned_starts(plan):
        if len(slots) == MOST_AT_ONCE:
            raise Invalid({"": [f"More than {MOST_AT_ONCE} slots at once. Choose fewer weeks, days or hours."]})
        slots.append(NewSlot(start=to_datetime(start), duration_minutes=plan.duration_minutes, event_type=event_type))
    if not slots:
        raise Invalid({"": ["Not one slot fits into these hours."]})
    return slots


def publication_preview(slots: Sequence[NewSlot], *, host_id: int) -> list[PlannedSlot]:
    """Each slot with what stands against it now. Nothing is stored."""
    clashes = {clash.index: clash.error for clash in publication_clashes(session(), slots, host_id=host_id)}
    return [PlannedSlot(slot.start, clashes.get(index)) for index, slot in enumerate(slots)]
