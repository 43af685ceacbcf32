"""Accepting and declining, expiry, no-shows and undoing them."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import Build, tomorrow
from webapp.domain import errors
from webapp.domain.actor import GUEST, Actor, host_actor, manage_link_actor
from webapp.domain.bookings import BookingStatus
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def host(build: Build) -> int:
    host = build.host()
    build.event_type(host, requires_confirmation=True)
    return host


@pytest.fixture
def pending(build: Build, host: int) -> BookingView:
    return build.booking(build.slot(host, tomorrow(days=3)))


def kinds(build: Build) -> list[str]:
    return [row.kind for row in build.rows("SELECT kind FROM outbox_event ORDER BY id")]


def expire(build: Build) -> None:
    build.row("UPDATE booking SET expires_at = now() - interval '1 minute' RETURNING id")


def test_a_request_holds_its_time_for_a_day(build: Build, host: int) -> None:
    half, hour = build.slot(host, tomorrow(10, 30, days=3)), build.slot(host, tomorrow(10, days=3), 60)
    pending = build.booking(half)
    assert pending.status is BookingStatus.PENDING
    assert pending.expires_at is not None
    assert timedelta(hours=24) <= pending.expires_at - pending.created_at <= timedelta(hours=24, seconds=1)
    with pytest.raises(errors.SlotTaken):
        build.booking(hour)
    assert kinds(build) == ["booking.requested"]


def test_near_the_start_a_request_waits_until_the_notice_only(build: Build, host: int) -> None:
    build.event_type(host, notice_minutes=30)
    slot = build.slot(host, datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=3))
    pending = build.booking(slot)
    assert pending.expires_at == slot.start - timedelta(minutes=30)


def test_yes(build: Build, pending: BookingView) -> None:
    after = decisions.accept(pending.uid, actor=host_actor(pending.host_id))
    assert (after.status, after.expires_at, after.version) == (BookingStatus.CONFIRMED, None, 0)
    assert kinds(build) == ["booking.requested", "booking.confirmed"]


def test_no_frees_the_time(build: Build, pending: BookingView) -> None:
    after = decisions.decline(pending.uid, actor=host_actor(pending.host_id), reason="Full week")
    assert (after.status, after.cancel_reason) == (BookingStatus.DECLINED, "Full week")
    assert build.rows("SELECT slot_id FROM claim") == []
    assert build.row("SELECT status FROM slot")[0] == "available"
    assert kinds(build)[-1] == "booking.declined"


def test_what_is_decided_is_decided(build: Build, pending: BookingView) -> None:
    actor = host_actor(pending.host_id)
    decisions.accept(pending.uid, actor=actor)
    for again in (decisions.accept, decisions.decline):
        with pytest.raises(errors.NotActive):
            again(pending.uid, actor=actor)
    bookings.cancel(pending.uid, actor=actor)
    with pytest.raises(errors.AlreadyCancelled):
        decisions.accept(pending.uid, actor=actor)
    assert kinds(build).count("booking.confirmed") == 1


def test_of_a_yes_and_a_no_at_once_one_stands(build: Build, pending: BookingView) -> None:
    def decide(decision: str) -> str:
        with build.app.app_context():
            try:
                return str(getattr(decisions, decision)(pending.uid, actor=host_actor(pending.host_id)).status)
            except errors.NotActive:
                return "refused"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(decide, ["accept", "decline"] * 2))
    assert outcomes.count("refused") == 3
    assert len(kinds(build)) == 2


@pytest.mark.parametrize("actor", [GUEST, manage_link_actor(str(uuid.uuid4()))])
def test_guests_decide_nothing(pending: BookingView, actor: Actor) -> None:
    for decision in (decisions.accept, decisions.decline, decisions.mark_no_show, decisions.undo_no_show):
        with pytest.raises(errors.Forbidden):
            decision(pending.uid, actor=actor)


def test_another_host_finds_nothing(build: Build, pending: BookingView) -> None:
    other = host_actor(build.host())
    for decision in (decisions.accept, decisions.decline, decisions.mark_no_show, decisions.undo_no_show):
        with pytest.raises(errors.NotFound):
            decision(pending.uid, actor=other)


def test_too_late_a_yes_is_refused_and_the_request_expires_once(build: Build, pending: BookingView) -> None:
    assert decisions.expire_pending() == 0
    expire(build)
    with pytest.raises(errors.NotActive):
        decisions.accept(pending.uid, actor=host_actor(pending.host_id))
    assert (decisions.expire_pending(), decisions.expire_pending()) == (1, 0)
    assert tuple(build.row("SELECT status, expires_at FROM booking")) == ("declined", None)
    assert build.rows("SELECT slot_id FROM claim") == []
    assert build.row("SELECT data ->> 'is_expired' FROM outbox_event WHERE kind = 'booking.declined'")[0] == "true"


def test_a_request_that_is_moved_expires_by_its_new_start(build: Build, host: int) -> None:
    build.event_type(host, notice_minutes=60)
    later, sooner = build.slots(host, [tomorrow(days=5), tomorrow(2)])  # also shortly before midnight
    booking = build.booking(later)
    moved = bookings.reschedule(booking.uid, sooner.start, actor=host_actor(host))
    assert moved.status is BookingStatus.PENDING
    day_later = booking.created_at.replace(microsecond=0) + timedelta(hours=24, seconds=1)
    assert moved.expires_at == min(day_later, sooner.start - timedelta(minutes=60))


def test_a_guest_may_withdraw_a_request(build: Build, pending: BookingView) -> None:
    after = bookings.cancel(pending.uid, actor=manage_link_actor(str(pending.uid)))
    assert after.status is BookingStatus.CANCELLED
    assert build.row("SELECT (data ->> 'was_pending')::bool FROM outbox_event WHERE kind = 'booking.cancelled'")[0]


def past(build: Build, minutes: int = 120) -> BookingView:
    """A confirmed booking of 30 minutes that began so long ago."""
    booking = build.booking(build.slot(build.host()))
    build.row(
        "UPDATE slot SET starts_at = start, ends_at = start + interval '30 minutes',"
        " busy = tstzrange(start, start + interval '30 minutes')"
        " FROM (SELECT now() - make_interval(mins => :minutes) AS start) AS moment RETURNING id",
        minutes=minutes,
    )
    return booking


def test_what_is_over_is_completed_once(build: Build) -> None:
    past(build)
    assert (decisions.complete_past(), decisions.complete_past()) == (1, 0)
    assert build.row("SELECT status FROM booking")[0] == "completed"


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_no_show_is_noted_after_the_start(build: Build, is_swept: bool) -> None:
    booking = past(build)
    if is_swept:
        decisions.complete_past()
    after = decisions.mark_no_show(booking.uid, actor=host_actor(booking.host_id))
    assert after.status is BookingStatus.NO_SHOW
    assert decisions.complete_past() == 0


def test_nobody_is_a_no_show_before_the_start(build: Build) -> None:
    booking = build.booking(build.slot(build.host()))
    with pytest.raises(errors.NotActive):
        decisions.mark_no_show(booking.uid, actor=host_actor(booking.host_id))


UNDER_WAY, OVER = 10, 120  # minutes since the start


@pytest.mark.parametrize(("began", "becomes"), [(UNDER_WAY, BookingStatus.CONFIRMED), (OVER, BookingStatus.COMPLETED)])
def test_who_came_after_all_is_what_they_would_have_been(build: Build, began: int, becomes: BookingStatus) -> None:
    booking = past(build, began)
    actor = host_actor(booking.host_id)
    decisions.mark_no_show(booking.uid, actor=actor)
    before = kinds(build)
    after = decisions.undo_no_show(booking.uid, actor=actor)
    assert (after.status, after.version) == (becomes, booking.version)
    assert kinds(build) == before, "nobody is told"
    audited = build.row("SELECT action, actor_id, object_id FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert tuple(audited) == ("booking.no_show_undone", booking.host_id, booking.id)
    assert decisions.mark_no_show(booking.uid, actor=actor).status is BookingStatus.NO_SHOW


def test_who_came_after_all_is_completed_in_the_end(build: Build) -> None:
    booking = past(build, UNDER_WAY)
    decisions.mark_no_show(booking.uid, actor=host_actor(booking.host_id))
    decisions.undo_no_show(booking.uid, actor=host_actor(booking.host_id))
    assert decisions.complete_past() == 0
    build.row("UPDATE slot SET ends_at = now() - interval '1 second' RETURNING id")
    assert decisions.complete_past() == 1


def test_only_a_no_show_can_be_undone(build: Build) -> None:
    booking = past(build)
    actor = host_actor(booking.host_id)
    for prepare in (lambda: None, decisions.complete_past):
        prepare()
        with pytest.raises(errors.NotActive):
            decisions.undo_no_show(booking.uid, actor=actor)
    cancelled = build.booking(build.slot(booking.host_id, tomorrow(15)))
    bookings.cancel(cancelled.uid, actor=actor)
    with pytest.raises(errors.AlreadyCancelled):
        decisions.undo_no_show(cancelled.uid, actor=actor)
    build.event_type(booking.host_id, requires_confirmation=True)
    waiting = build.booking(build.slot(booking.host_id))
    with pytest.raises(errors.NotActive):
        decisions.undo_no_show(waiting.uid, actor=actor)


def test_a_yes_does_not_undo_a_no_show(build: Build) -> None:
    booking = past(build, UNDER_WAY)
    decisions.mark_no_show(booking.uid, actor=host_actor(booking.host_id))
    for decision in (decisions.accept, decisions.decline):
        with pytest.raises(errors.NotActive):
            decision(booking.uid, actor=host_actor(booking.host_id))
    assert build.row("SELECT status FROM booking")[0] == "no_show"


def test_of_two_who_undo_at_once_one_does(build: Build) -> None:
    booking = past(build)
    decisions.mark_no_show(booking.uid, actor=host_actor(booking.host_id))

    def undo(_number: int) -> bool:
        with build.app.app_context():
            try:
                decisions.undo_no_show(booking.uid, actor=host_actor(booking.host_id))
            except errors.NotActive:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(undo, range(4))) == 1
    undone = "SELECT count(*) FROM audit_entry WHERE action = 'booking.no_show_undone'"
    assert build.row(undone)[0] == 1
