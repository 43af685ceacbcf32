"""How many event types a host can have, and list."""

from dataclasses import replace
from functools import partial

import pytest

from tests.builders import Build
from tests.services.threads import at_once
from webapp.domain.actor import host_actor
from webapp.domain.errors import Invalid
from webapp.services.event_types import event_types, numbers
from webapp.services.event_types.archive import archived_event_types, restore_event_type
from webapp.services.event_types.content import EventTypeContent

pytestmark = pytest.mark.usefixtures("context")
LESSON = EventTypeContent(slug="lesson", title="Lesson", duration_minutes=45)


@pytest.fixture
def host(build: Build) -> int:
    """With three event types, all of them listed."""
    return build.host()


def create(host: int, content: EventTypeContent = LESSON) -> None:
    event_types.create_event_type(content, host_id=host, actor=host_actor(host))


def test_no_more_than_that_are_listed(host: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST_LISTED", 3)
    with pytest.raises(Invalid) as refused:
        create(host)
    assert set(refused.value.errors) == {"is_public"}
    create(host, replace(LESSON, is_public=False))
    create(host, replace(LESSON, slug="off", is_active=False))
    mine = {"host_id": host, "actor": host_actor(host)}
    with pytest.raises(Invalid):
        event_types.update_event_type("lesson", LESSON, **mine)
    with pytest.raises(Invalid):
        event_types.switch_event_type("off", is_active=True, **mine)
    event_types.switch_event_type("30min", is_active=False, **mine)
    event_types.update_event_type("lesson", LESSON, **mine)


def test_who_has_more_already_can_still_change_them(host: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST_LISTED", 2)
    content = replace(event_types.host_event_type(host, "30min").content, title="Half an hour")
    event_types.update_event_type("30min", content, host_id=host, actor=host_actor(host))
    assert event_types.host_event_type(host, "30min").content.title == "Half an hour"


def test_archived_ones_count_among_all(host: int, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST_EVENT_TYPES", 3)
    mine = {"host_id": host, "actor": host_actor(host)}
    build.slot(host)
    event_types.delete_event_type("30min", **mine)
    with pytest.raises(Invalid):
        create(host)
    with pytest.raises(Invalid):
        event_types.duplicate_event_type("15min", **mine)
    restore_event_type(archived_event_types(host)[0].id, **mine)
    assert len(event_types.host_event_types(host)) == 3


def test_two_at_once_are_counted_one_after_the_other(host: int, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST_LISTED", 4)
    contents = [replace(LESSON, slug=f"lesson-{number}") for number in range(4)]
    outcomes = at_once(build.app, *(partial(create, host, content) for content in contents))
    assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 3
