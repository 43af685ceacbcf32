"""A host's published and booked slots."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from webapp.api.http.answers import Made, Page
from webapp.api.http.callers import Access, actor, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import page_of, place_of
from webapp.api.http.spans import span_of
from webapp.api.schemas import slots as schemas
from webapp.api.spec import examples
from webapp.domain.errors import Invalid, SlotBooked, SlotOverlap
from webapp.services.bookings.lists import slots_page
from webapp.services.calendar.calendar import calendar_slot
from webapp.services.slots import slots
from webapp.services.slots.plans import MESSAGES, BatchOverlaps, BatchRefused, Clash, NewSlot
from webapp.services.slots.slots import SlotChange, change_slot
from webapp.services.slots.views import SlotView

# Reason why a slot is refused -> the invalid field.
FIELD_OF = {"past": "start", "too_far": "start", "overlap": "start", "duration": "duration_minutes"}
NO_SUCH_EVENT_TYPE = "You have no event type of this slug and duration."

blueprint = Blueprint("Slots", __name__, description="Slots that a host published, and those that are booked.")


@blueprint.operation(
    "GET", "/slots", Access.READ, query=schemas.SlotQuery, answer=schemas.SlotPage, example=examples.SLOT_PAGE
)
def list_slots(query: dict[str, Any]) -> Page:
    """Your published and booked slots, by start"""
    me = host()
    return page_of(
        slots_page(
            me.host_id,
            status=query["status"],
            span=span_of(query, me.time_zone),
            limit=query["limit"],
            after=place_of(query["cursor"]),
        )
    )


@blueprint.operation(
    "POST",
    "/slots",
    Access.WRITE,
    body=schemas.NewSlot,
    body_example=examples.NEW_SLOT,
    answer=schemas.Slot,
    status=201,
    example=examples.SLOT,
    conflicts=(SlotOverlap,),
)
def create_slot(body: dict[str, Any]) -> Made:
    """Publish a slot"""
    try:
        slot = _publish([body])[0]
    except (BatchRefused, BatchOverlaps) as refusal:
        raise _of_one(refusal, body) from None
    return Made(slot, _path(slot))


@blueprint.operation(
    "POST",
    "/slots/batch",
    Access.WRITE,
    body=schemas.NewSlots,
    body_example={"slots": [examples.NEW_SLOT]},
    answer=schemas.SlotList,
    status=201,
    example={"data": [examples.SLOT]},
    conflicts=(SlotOverlap,),
    is_batch=True,
)
def create_slots(body: dict[str, Any]) -> dict[str, Any]:
    """Publish many slots, all or none"""
    try:
        return {"data": _publish(body["slots"])}
    except BatchRefused as refusal:
        faults = {clash.index: _fault(clash, body["slots"][clash.index])[1] for clash in refusal.clashes}
        raise Invalid({f"slots.{index}": [message] for index, message in faults.items()}) from None


@blueprint.operation("GET", "/slots/<uuid:slot_id>", Access.READ, answer=schemas.Slot, example=examples.SLOT)
def get_slot(slot_id: uuid.UUID) -> SlotView:
    """A slot"""
    return calendar_slot(slot_id, host_id=host().host_id).slot


@blueprint.operation(
    "PATCH",
    "/slots/<uuid:slot_id>",
    Access.WRITE,
    body=schemas.SlotChange,
    body_example=examples.SLOT_CHANGE,
    answer=schemas.Slot,
    example=examples.SLOT,
    conflicts=(SlotOverlap, SlotBooked),
    matches=get_slot,
)
def update_slot(body: dict[str, Any], slot_id: uuid.UUID) -> Made:
    """Move or change a free slot; of another event type, or once booked, it gets a new id"""
    try:
        slot = change_slot(slot_id, SlotChange(**body), host_id=host().host_id, actor=actor())
    except (BatchRefused, BatchOverlaps) as refusal:
        raise _of_one(refusal, body) from None
    return Made(slot, _path(slot))


@blueprint.operation(
    "DELETE", "/slots/<uuid:slot_id>", Access.WRITE, status=204, conflicts=(SlotBooked,), matches=get_slot
)
def delete_slot(slot_id: uuid.UUID) -> None:
    """Take a free slot back"""
    slots.withdraw(slot_id, host_id=host().host_id, actor=actor())


def _publish(body: Sequence[Mapping[str, Any]]) -> list[SlotView]:
    return slots.publish([NewSlot(**one) for one in body], host_id=host().host_id, actor=actor())


def _of_one(refusal: BatchRefused | BatchOverlaps, body: Mapping[str, Any]) -> Invalid | BatchOverlaps:
    """The same error without an index, because there is only one slot."""
    if isinstance(refusal, BatchOverlaps):
        refusal.errors = {"start": [MESSAGES["overlap"]]}
        return refusal
    field, message = _fault(refusal.clashes[0], body)
    return Invalid({field: [message]})


def _fault(clash: Clash, body: Mapping[str, Any]) -> tuple[str, str]:
    """(field, message) for a slot that is refused."""
    if clash.error == "duration" and body.get("event_type"):
        return "event_type", NO_SUCH_EVENT_TYPE
    return FIELD_OF.get(clash.error, clash.error), MESSAGES[clash.error]


def _path(slot: SlotView) -> str:
    return url_for("api_slots.get_slot", slot_id=slot.public_id)
