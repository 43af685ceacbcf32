"""Each field that a host can set is in the schema, the forms, the API and the export, or listed here with a reason."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

import pytest
from marshmallow import Schema
from wtforms import Form
from wtforms.fields.core import UnboundField

from tests.house.source import PROJECT_DIR, TEMPLATES
from webapp.api.schemas import event_types as event_type_schemas
from webapp.api.schemas import schedules as schedule_schemas
from webapp.api.schemas import slots as slot_schemas
from webapp.api.schemas import webhooks as webhook_schemas
from webapp.api.spec import examples
from webapp.domain.availability.facts import EventTypeRules
from webapp.domain.questions import Question
from webapp.models import Base, BlockedTime, EventType, Host, Schedule, WebhookEndpoint
from webapp.services.availability.offering import Offering
from webapp.services.event_types.content import BOUNDS, EventTypeContent
from webapp.services.portability.document import READERS, Profile
from webapp.services.portability.export import event_type_json, schedule_json
from webapp.services.schedules.blocked_times import BlockedTimeView, NewBlockedTime
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import IN_TABLES, ScheduleView
from webapp.services.slots.plans import NewSlot
from webapp.services.slots.slots import SlotChange
from webapp.services.webhooks.content import NewWebhook, WebhookChange
from webapp.services.webhooks.endpoints import WebhookView
from webapp.web.accounts.profile import ProfileForm
from webapp.web.event_types.forms import EventTypeForm
from webapp.web.webhooks.forms import WebhookForm


@dataclass(frozen=True)
class Face:
    """Where the fields of `content` have to be. `left_out`: why some are not; `renamed`: what some are called there."""

    content: type
    place: str
    names: Collection[str]
    left_out: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


def face(content: type, cls: type, **exceptions: Mapping[str, str]) -> Face:
    """A table, form, schema or dataclass."""
    return Face(content, f"{cls.__name__} of {cls.__module__.replace('.', '/')}.py", names_of(cls), **exceptions)


def names_of(cls: Any) -> set[str]:
    if issubclass(cls, Base):
        return {column.name for column in cls.__table__.columns}
    if issubclass(cls, Schema):
        return set(cls().fields)
    if issubclass(cls, Form):
        return {name for name in dir(cls) if isinstance(getattr(cls, name), UnboundField)}
    return {one.name for one in fields(cls)}


def in_template(name: str) -> set[str]:
    return set(re.findall(r"form\.(\w+)", (TEMPLATES / name).read_text()))


TYPES = get_type_hints(EventTypeContent)
LESSON = EventTypeContent(slug="lesson", title="Lesson", duration_minutes=45)
HOURS = ScheduleView(1, True, ScheduleContent(name="Hours", time_zone="Europe/Berlin"))

NOT_IN_CONTRACT = "the contract of the API does not name it: it is set on the page"
NOT_IN_API = {
    "schedule_id": "the API has no ids of schedules: it knows the usual one alone",
    **dict.fromkeys(
        ("reminder_minutes", "has_follow_up", "change_notice_minutes", "requires_proof", "requires_mail_confirmation"),
        NOT_IN_CONTRACT,
    ),
}
LOCATION = {"location_kind": "location", "location_detail": "location"}
NOT_OFFERED = {
    "is_public": "it decides about the list on the host's page alone: whoever has the link may book",
    "schedule_id": "the query joins the schedule itself",
    "reminder_minutes": "read when the mails of a booking are planned",
    "has_follow_up": "read when a meeting is over",
}
HOLIDAYS = {"holiday_country": "holidays", "holiday_subdivision": "holidays"}
ONE_SCHEDULE = {
    "name": "the API knows the usual schedule alone",
    "holidays_off": "stays as it is while the place of the holidays does",
}
SET_ELSEWHERE = {
    "locale": "no page sets it: what hosts see goes by the browser",
    "has_public_busy_times": "switched on the page of calendar feeds",
}
BY_TYPE = "READERS of webapp/services/portability/document.py (by type)"
TABLE = "tests/house/test_fields.py (NOT_IN_API, NOT_OFFERED or FACES)"
FACES = [
    face(EventTypeContent, EventType),
    face(EventTypeContent, EventTypeForm, left_out={"questions": "rows of their own, in web/event_types/questions.py"}),
    Face(EventTypeContent, "templates/event_types/edit.html", in_template("event_types/edit.html")),
    face(EventTypeContent, event_type_schemas.EventTypeChange, left_out=NOT_IN_API, renamed=LOCATION),
    face(EventTypeContent, event_type_schemas.EventType, left_out=NOT_IN_API, renamed=LOCATION),
    Face(EventTypeContent, "EVENT_TYPE of webapp/api/spec/examples.py", examples.EVENT_TYPE, NOT_IN_API, LOCATION),
    Face(
        EventTypeContent,
        "event_type_json of webapp/services/portability/export.py",
        event_type_json(LESSON, {}),
        renamed={"schedule_id": "schedule"},
    ),
    Face(EventTypeContent, BY_TYPE, [name for name, kind in TYPES.items() if kind in READERS]),
    Face(
        EventTypeContent,
        "BOUNDS of webapp/services/event_types/content.py (every number has bounds)",
        [name for name, kind in TYPES.items() if name in BOUNDS or kind not in (int, int | None)],
        left_out={"schedule_id": "the database knows which ones there are"},
    ),
    Face(
        EventTypeContent,
        "Offering (webapp/services/availability/offering.py) and EventTypeRules (webapp/domain/availability/facts.py)",
        names_of(Offering) | names_of(EventTypeRules),
        left_out=NOT_OFFERED,
    ),
    face(Question, event_type_schemas.Question),
    face(Question, event_type_schemas.QuestionAnswer),
    Face(Question, BY_TYPE, [name for name, kind in get_type_hints(Question).items() if kind in READERS]),
    face(ScheduleContent, Schedule, left_out=dict.fromkeys(IN_TABLES, "has a table of its own")),
    face(ScheduleContent, schedule_schemas.ScheduleBody, left_out=ONE_SCHEDULE, renamed=HOLIDAYS),
    Face(ScheduleContent, "schedule_json of webapp/services/portability/export.py", schedule_json(HOURS)),
    face(NewBlockedTime, BlockedTime, renamed={"start": "starts_at", "end": "ends_at"}),
    face(NewBlockedTime, BlockedTimeView),
    face(NewBlockedTime, schedule_schemas.NewBlockedTime),
    face(NewBlockedTime, schedule_schemas.BlockedTime),
    face(NewSlot, SlotChange),
    face(NewSlot, slot_schemas.NewSlot),
    face(NewSlot, slot_schemas.SlotChange),
    face(NewWebhook, WebhookEndpoint),
    face(NewWebhook, WebhookChange),
    face(NewWebhook, WebhookView),
    face(NewWebhook, WebhookForm),
    face(NewWebhook, webhook_schemas.WebhookChange),
    face(NewWebhook, webhook_schemas.Webhook),
    face(Profile, Host),
    face(Profile, ProfileForm, left_out=SET_ELSEWHERE),
]


@pytest.mark.parametrize("face", FACES, ids=lambda face: f"{face.content.__name__}: {face.place}")
def test_each_field_has_its_place_or_a_reason_why_not(face: Face) -> None:
    there = {name: face.renamed.get(name, name) in face.names for name in names_of(face.content)}
    missing = {name for name, is_there in there.items() if not is_there and name not in face.left_out}
    assert not missing, f"{said(missing)} missing in {face.place}. Add it there, or give the reason in {TABLE}."
    stale = {name for name in face.left_out if there.get(name, True)}
    assert not stale, f"{said(stale)} no longer left out of {face.place}. Remove it from {TABLE}."


READ_AS = {"increment_minutes": "(increment_minutes|step_seconds)"}
NO_SETTINGS = {
    "id": "a number of the database",
    "host_id": "whose it is",
    "position": "set by moving it in the list",
    "archived_at": "set by deleting what has been booked",
    "created_at": "history",
}


def test_each_column_of_an_event_type_can_be_set_or_there_is_a_reason_why_not() -> None:
    missing = names_of(EventType) - names_of(EventTypeContent) - set(NO_SETTINGS)
    place = "EventTypeContent of webapp/services/event_types/content.py"
    table = "NO_SETTINGS of tests/house/test_fields.py"
    assert not missing, f"{said(missing)} missing in {place}. Add it there, or give the reason in {table}."


@pytest.mark.parametrize("name", ["strategies.py", "slow_engine.py"])
def test_each_rule_of_the_engine_is_in_its_property_tests(name: str) -> None:
    """Otherwise a rule that the engine ignores would fail no test."""
    text = (PROJECT_DIR / "tests/domain/availability" / name).read_text()
    missing = {rule for rule in names_of(EventTypeRules) if not re.search(rf"\b{READ_AS.get(rule, rule)}\b", text)}
    assert not missing, f"{said(missing)} missing in tests/domain/availability/{name}. Add the rule there."


def said(names: Iterable[str]) -> str:
    listed = sorted(names)
    return f"{', '.join(listed)} {'is' if len(listed) == 1 else 'are'}"
