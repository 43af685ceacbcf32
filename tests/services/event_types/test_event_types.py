"""Event types: create, change, order, duplicate, switch, archive."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.builders import Build, tomorrow
from webapp.domain import errors
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.questions import Question, QuestionKind
from webapp.services.bookings import bookings
from webapp.services.event_types import event_types
from webapp.services.event_types.content import EventTypeContent, LocationKind, furthest_window_date

pytestmark = pytest.mark.usefixtures("context")


def content(**given: Any) -> EventTypeContent:
    return EventTypeContent(**({"slug": "lesson", "title": "Lesson", "duration_minutes": 45} | given))


def create(host: int, **given: Any) -> EventTypeContent:
    return event_types.create_event_type(content(**given), host_id=host, actor=host_actor(host)).content


def slugs(host: int) -> list[str]:
    return [one.content.slug for one in event_types.host_event_types(host)]


EVERYTHING = content(
    description="Two\nlines",
    increment_minutes=15,
    buffer_before_minutes=5,
    buffer_after_minutes=10,
    notice_minutes=120,
    window_from=date(2027, 1, 1),
    window_to=date(2027, 6, 30),
    max_per_day=3,
    max_per_week=9,
    capacity=4,
    requires_confirmation=True,
    requires_proof=True,
    location_kind=LocationKind.PLACE,
    location_detail="Room 7",
    questions=(
        Question("topic", "What about?", QuestionKind.SELECT, required=True, options=("Sums", "Verse")),
        Question("phone", "Your number", QuestionKind.PHONE),
    ),
    is_public=False,
    color="plum",
    change_notice_minutes=1440,
    reminder_minutes=(1440, 15),
    has_follow_up=True,
)


def test_everything_that_is_sent_is_stored_and_comes_back(build: Build) -> None:
    host = build.host()
    event_types.create_event_type(EVERYTHING, host_id=host, actor=host_actor(host))
    assert event_types.host_event_type(host, "lesson").content == EVERYTHING
    assert slugs(host)[-1] == "lesson"


def test_saving_what_is_there_writes_nothing(build: Build) -> None:
    host = build.host()
    event_types.create_event_type(EVERYTHING, host_id=host, actor=host_actor(host))
    event_types.update_event_type("lesson", EVERYTHING, host_id=host, actor=host_actor(host))
    assert [row.action for row in build.rows("SELECT action FROM audit_entry")] == ["event_type.created"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"duration_minutes": 7}, "duration_minutes"),
        ({"duration_minutes": 485}, "duration_minutes"),
        ({"slug": "No"}, "slug"),
        ({"title": " "}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"max_per_day": 0}, "max_per_day"),
        ({"buffer_after_minutes": 1441}, "buffer_after_minutes"),
        ({"window_days": 5, "window_from": date(2027, 1, 1), "window_to": date(2027, 1, 2)}, "window_days"),
        ({"window_from": date(2027, 1, 1)}, "window_from"),
        ({"window_from": date(2027, 1, 2), "window_to": date(2027, 1, 1)}, "window_to"),
        ({"window_from": date(2027, 1, 1), "window_to": date(2199, 1, 1)}, "window_to"),
        ({"location_kind": LocationKind.PLACE}, "location_detail"),
        ({"color": "red"}, "color"),
        ({"reminder_minutes": (1,)}, "reminder_minutes"),
        ({"reminder_minutes": (10, 20, 30, 40, 50, 60)}, "reminder_minutes"),
        ({"questions": (Question("a", "Which?", QuestionKind.SELECT),)}, "questions"),
        ({"questions": (Question("a", "One"), Question("a", "Two"))}, "questions"),
        ({"schedule_id": 10**9}, "schedule_id"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(build: Build, given: dict[str, Any], field: str) -> None:
    host = build.host()
    with pytest.raises(errors.Invalid) as refusal:
        create(host, **given)
    assert list(refusal.value.errors) == [field]
    assert "lesson" not in slugs(host)


def test_a_window_from_before_there_was_a_bound_is_cut_and_does_not_hinder_other_changes(build: Build) -> None:
    host = build.host()
    build.event_type(host, "15min", window_from=date(2198, 1, 1), window_to=date(2199, 12, 31))
    shown = event_types.host_event_type(host, "15min").content
    assert shown.window_from == shown.window_to == furthest_window_date()
    changed = replace(shown, title="Talk")
    view = event_types.update_event_type("15min", changed, host_id=host, actor=host_actor(host))
    assert view.content.title == "Talk"


def test_all_faults_are_told_at_once(build: Build) -> None:
    with pytest.raises(errors.Invalid) as refusal:
        create(build.host(), title="", capacity=0, slug="-")
    assert set(refusal.value.errors) == {"title", "capacity", "slug"}


def test_the_schedule_of_another_host_is_none(build: Build) -> None:
    build.host()
    theirs = build.row("SELECT id FROM schedule")[0]
    with pytest.raises(errors.Invalid):
        create(build.host(), schedule_id=theirs)


def test_a_slug_is_taken_once_per_host(build: Build) -> None:
    host = build.host()
    with pytest.raises(errors.SlugTaken):
        create(host, slug="30min")
    create(build.host(), slug="lesson")
    create(host, slug="lesson")


def test_another_host_and_a_guest_change_nothing(build: Build) -> None:
    host, other = build.host(), build.host()
    with pytest.raises(errors.NotFound):
        event_types.update_event_type("30min", content(), host_id=host, actor=host_actor(other))
    with pytest.raises(errors.Forbidden):
        event_types.delete_event_type("30min", host_id=host, actor=GUEST)
    assert slugs(host) == ["15min", "30min", "60min"]


def test_a_copy_is_switched_off_and_has_a_slug_of_its_own(build: Build) -> None:
    host = build.host()
    create(host, capacity=5)
    copies = [
        event_types.duplicate_event_type("lesson", host_id=host, actor=host_actor(host)).content for _ in range(2)
    ]
    assert [one.slug for one in copies] == ["lesson-2", "lesson-3"]
    assert all(not one.is_active and one.capacity == 5 for one in copies)
    assert slugs(host)[-2:] == ["lesson-2", "lesson-3"]


def test_moving_goes_step_by_step_and_stops_at_the_ends(build: Build) -> None:
    host = build.host()
    move = lambda slug, places: event_types.move_event_type(slug, places=places, host_id=host, actor=host_actor(host))  # noqa: E731
    move("60min", -1)
    assert slugs(host) == ["15min", "60min", "30min"]
    move("15min", -1)
    move("30min", 1)
    assert slugs(host) == ["15min", "60min", "30min"]
    event_types.order_event_types(["30min", "15min"], host_id=host, actor=host_actor(host))
    assert slugs(host) == ["30min", "15min", "60min"]
    with pytest.raises(errors.NotFound):
        move("none", 1)


def test_what_is_switched_off_takes_no_bookings(build: Build) -> None:
    host = build.host()
    slot = build.slot(host)
    event_types.switch_event_type("30min", is_active=False, host_id=host, actor=host_actor(host))
    with pytest.raises(errors.NotFound):
        bookings.book(build.command(slot_id=slot.public_id), actor=GUEST)
    event_types.switch_event_type("30min", is_active=True, host_id=host, actor=host_actor(host))
    assert build.booking(slot).event_type_slug == "30min"


def test_without_slots_it_is_deleted_for_good(build: Build) -> None:
    host = build.host()
    assert event_types.delete_event_type("30min", host_id=host, actor=host_actor(host)) is True
    assert build.rows("SELECT id FROM event_type WHERE slug = '30min'") == []


def test_with_bookings_it_is_archived_and_they_stay(build: Build) -> None:
    host = build.host()
    free, taken = build.slots(host, [tomorrow(10), tomorrow(14)])
    booking = build.booking(taken)
    assert event_types.delete_event_type("30min", host_id=host, actor=host_actor(host)) is False
    assert slugs(host) == ["15min", "60min"]
    assert [one.is_archived for one in event_types.host_event_types(host, with_archived=True)].count(True) == 1
    with pytest.raises(errors.NotFound):
        bookings.book(build.command(slot_id=free.public_id), actor=GUEST)
    assert bookings.cancel(booking.uid, actor=host_actor(host)).event_type_title == "30 minutes"


def test_the_slug_of_an_archived_one_is_free_again(build: Build) -> None:
    host = build.host()
    build.booking(build.slot(host))
    event_types.delete_event_type("30min", host_id=host, actor=host_actor(host))
    assert create(host, slug="30min").slug == "30min"


def test_a_booking_keeps_the_padding_that_it_was_made_with(build: Build) -> None:
    host = build.host()
    booking = build.booking(build.slot(host))
    before = build.row("SELECT busy FROM claim")[0]
    wider = replace(event_types.host_event_type(host, "30min").content, buffer_before_minutes=60)
    event_types.update_event_type("30min", wider, host_id=host, actor=host_actor(host))
    assert build.row("SELECT busy FROM claim")[0] == before
    assert booking.start == before.lower
