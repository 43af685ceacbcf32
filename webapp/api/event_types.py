"""A host's event types."""

from dataclasses import replace
from typing import Any

from flask import url_for

from webapp.api.http.answers import Made, Page
from webapp.api.http.callers import Access, actor, host
from webapp.api.http.operation import Blueprint
from webapp.api.http.paging import cut
from webapp.api.schemas import event_types as schemas
from webapp.api.schemas.base import PageQuery
from webapp.api.spec import examples
from webapp.domain.errors import SlugTaken
from webapp.domain.questions import Question, QuestionKind
from webapp.services.bookings.idempotent import in_one_transaction
from webapp.services.event_types import event_types
from webapp.services.event_types.content import EventTypeContent, LocationKind

blueprint = Blueprint("Event types", __name__, description="What guests can book.")


@blueprint.operation(
    "GET",
    "/event-types",
    Access.READ,
    query=PageQuery,
    answer=schemas.EventTypePage,
    example=examples.EVENT_TYPE_PAGE,
)
def list_event_types(query: dict[str, Any]) -> Page:
    """Your event types, in your order"""
    contents = event_types.host_event_types(host().host_id)
    page = cut(contents, limit=query["limit"], cursor=query["cursor"], key=lambda one: (one.position, one.content.slug))
    return Page([one.content for one in page.data], page.next_cursor)


@blueprint.operation(
    "POST",
    "/event-types",
    Access.WRITE,
    body=schemas.NewEventType,
    body_example=examples.NEW_EVENT_TYPE,
    answer=schemas.EventType,
    status=201,
    example=examples.EVENT_TYPE,
    conflicts=(SlugTaken,),
)
def create_event_type(body: dict[str, Any]) -> Made:
    """Make an event type"""
    content = EventTypeContent(**_columns(body))
    created = event_types.create_event_type(content, host_id=host().host_id, actor=actor())
    return Made(created.content, url_for("api_event_types.get_event_type", slug=created.content.slug))


@blueprint.operation("GET", "/event-types/<slug>", Access.READ, answer=schemas.EventType, example=examples.EVENT_TYPE)
def get_event_type(slug: str) -> EventTypeContent:
    """An event type"""
    return event_types.host_event_type(host().host_id, slug).content


@blueprint.operation(
    "PATCH",
    "/event-types/<slug>",
    Access.WRITE,
    body=schemas.EventTypeChange,
    body_example=examples.EVENT_TYPE_CHANGE,
    answer=schemas.EventType,
    example=examples.EVENT_TYPE,
    conflicts=(SlugTaken,),
    matches=get_event_type,
)
def update_event_type(body: dict[str, Any], slug: str) -> EventTypeContent:
    """Change an event type; what is left out stays"""

    def changed() -> EventTypeContent:
        content = replace(get_event_type_content(slug), **_columns(body))
        return event_types.update_event_type(slug, content, host_id=host().host_id, actor=actor()).content

    # Read and changed in one transaction; otherwise this could undo a concurrent change.
    return in_one_transaction(actor=actor(), act=changed)


@blueprint.operation("DELETE", "/event-types/<slug>", Access.WRITE, status=204, matches=get_event_type)
def delete_event_type(slug: str) -> None:
    """Delete an event type; one that has been booked is archived"""
    event_types.delete_event_type(slug, host_id=host().host_id, actor=actor())


def get_event_type_content(slug: str) -> EventTypeContent:
    """The current content of an event type. Raises NotFound."""
    return event_types.host_event_type(host().host_id, slug).content


def _columns(body: dict[str, Any]) -> dict[str, Any]:
    """The values of a request body under the names and in the types of `EventTypeContent`."""
    given = dict(body)
    if "location" in given:
        place = given.pop("location")
        given["location_kind"] = LocationKind(place["kind"]) if place else None
        given["location_detail"] = place["detail"] if place else ""
    if "questions" in given:
        given["questions"] = tuple(_question(one) for one in given["questions"])
    return given


def _question(given: dict[str, Any]) -> Question:
    return Question(**given | {"kind": QuestionKind(given["kind"]), "options": tuple(given["options"])})
