"""Archived event types: listing and restoring them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.builders import Build, tomorrow
from webapp.domain import errors
from webapp.domain.actor import GUEST, host_actor
from webapp.services.bookings import bookings
from webapp.services.event_types import event_types
from webapp.services.event_types.archive import Restored, archived_event_types, restore_event_type
from webapp.services.event_types.event_types import EventTypeView

pytestmark = pytest.mark.usefixtures("context")


def archive(build: Build, host: int, slug: str = "30min") -> int:
    """An archived event type with a booking; gives its id."""
    earlier = build.row("SELECT count(*) FROM slot WHERE host_id = :host", host=host)[0]
    build.booking(build.slot(host, tomorrow(10, days=1 + earlier)))
    assert event_types.delete_event_type(slug, host_id=host, actor=host_actor(host)) is False
    return archived_event_types(host)[0].id


def restore(event_type_id: int, host: int) -> Restored:
    return restore_event_type(event_type_id, host_id=host, actor=host_actor(host))


def make(host: int, slug: str) -> EventTypeView:
    content = event_types.host_event_type(host, "60min").content
    thirty = replace(content, slug=slug, title="Another", duration_minutes=30)
    return event_types.create_event_type(thirty, host_id=host, actor=host_actor(host))


def slugs(host: int) -> list[str]:
    return [one.content.slug for one in event_types.host_event_types(host)]


def test_what_is_archived_is_listed_with_all_its_bookings(build: Build) -> None:
    host, other = build.host(), build.host()
    assert archived_event_types(host) == []
    gone, taken, _free = build.slots(host, [tomorrow(10), tomorrow(12), tomorrow(14)])
    bookings.cancel(build.booking(gone).uid, actor=host_actor(host))
    build.booking(taken)
    build.slot(host, tomorrow(16), 60)
    for slug in ("30min", "60min", "15min"):
        event_types.delete_event_type(slug, host_id=host, actor=host_actor(host))
    assert [(one.title, one.bookings) for one in archived_event_types(host)] == [("60 minutes", 0), ("30 minutes", 2)]
    assert archived_event_types(other) == []


def test_one_that_comes_back_is_as_it_was_but_switched_off_and_last(build: Build) -> None:
    host = build.host()
    before = event_types.host_event_type(host, "30min").content
    archived = archive(build, host)
    assert restore(archived, host) == Restored(title="30 minutes", slug="30min", is_renamed=False)
    assert slugs(host) == ["15min", "60min", "30min"]
    assert event_types.host_event_type(host, "30min").content == replace(before, is_active=False)
    assert archived_event_types(host) == []
    entry = build.row("SELECT action, actor_id, object_id FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert tuple(entry) == ("event_type.restored", host, archived)


def test_it_can_be_booked_once_it_is_switched_on(build: Build) -> None:
    host = build.host()
    restore(archive(build, host), host)
    with pytest.raises(errors.Invalid):
        build.slot(host, tomorrow(15))
    event_types.switch_event_type("30min", is_active=True, host_id=host, actor=host_actor(host))
    assert build.booking(build.slot(host, tomorrow(15))).event_type_slug == "30min"


def test_slots_that_were_taken_back_stay_so(build: Build) -> None:
    host = build.host()
    free, _taken = build.slots(host, [tomorrow(12), tomorrow(14)])
    restore(archive(build, host), host)
    event_types.switch_event_type("30min", is_active=True, host_id=host, actor=host_actor(host))
    with pytest.raises((errors.NotFound, errors.SlotUnavailable)):
        bookings.book(build.command(slot_id=free.public_id), actor=GUEST)


def test_a_slug_that_was_taken_meanwhile_is_numbered(build: Build) -> None:
    host = build.host()
    first = archive(build, host)
    make(host, "30min")
    second = archive(build, host)
    make(host, "30min")
    assert [restore(one, host).slug for one in (first, second)] == ["30min-2", "30min-3"]
    assert slugs(host)[-3:] == ["30min", "30min-2", "30min-3"]


def test_of_two_with_one_slug_at_once_the_first_keeps_it(build: Build) -> None:
    host = build.host()
    first = archive(build, host)
    make(host, "30min")
    second = archive(build, host)

    def run(event_type_id: int) -> str:
        with build.app.app_context():
            return restore(event_type_id, host).slug

    with ThreadPoolExecutor(1) as pool, build.owner.begin() as connection:
        # The first one is about to commit.
        connection.execute(text("SELECT 1 FROM host WHERE id = :host FOR NO KEY UPDATE"), {"host": host})
        connection.execute(text("UPDATE event_type SET archived_at = NULL WHERE id = :id"), {"id": first})
        waiting = pool.submit(run, second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        connection.commit()
        assert waiting.result() == "30min-2"


def test_only_what_is_archived_and_ones_own_comes_back(build: Build) -> None:
    host, other = build.host(), build.host()
    archived = archive(build, host)
    for attempt in (
        lambda: restore(archived, other),
        lambda: restore_event_type(archived, host_id=host, actor=host_actor(other)),
        lambda: restore(build.row("SELECT max(id) FROM event_type WHERE archived_at IS NULL")[0], other),
        lambda: restore(10**9, host),
    ):
        with pytest.raises(errors.NotFound):
            attempt()
    with pytest.raises(errors.Forbidden):
        restore_event_type(archived, host_id=host, actor=GUEST)
    assert len(archived_event_types(host)) == 1
    restore(archived, host)
    with pytest.raises(errors.NotFound):
        restore(archived, host)
