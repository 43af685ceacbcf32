"""Blocked time: nothing is offered in it, existing bookings stay."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders import Build, tomorrow
from tests.schedule_builders import book_at, set_schedule
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.availability.instants import instant
from webapp.domain.errors import Forbidden, Invalid, NotFound, SlotUnavailable
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers
from webapp.services.schedules import blocked_times
from webapp.services.schedules.blocked_times import MOST_AT_A_TIME, BlockedTimeView, NewBlockedTime

pytestmark = pytest.mark.usefixtures("context")
HOUR = timedelta(hours=1)


def block(host: int, start: datetime, end: datetime, note: str = "") -> BlockedTimeView:
    new = NewBlockedTime(start=start, end=end, note=note)
    return blocked_times.block(new, host_id=host, actor=host_actor(host))


def change(made: BlockedTimeView, host: int, **changes: Any) -> BlockedTimeView:
    new = NewBlockedTime(**{"start": made.start, "end": made.end, "note": made.note} | changes)
    return blocked_times.change_blocked_time(made.public_id, new, host_id=host, actor=host_actor(host))


def starts(slug: str, first: datetime, last: datetime) -> list[datetime]:
    found = list_offers(find_offering(slug, "60min"), instant(first), instant(last))
    return [datetime.fromtimestamp(offer.start, UTC) for offer in found]


def test_blocked_time_is_not_offered_and_refused_with_its_reason(build: Build) -> None:
    host = build.host(slug="ada")
    set_schedule(build, host, "08:00-12:00", "0123456", time_zone="UTC")
    day = tomorrow(8, days=2)
    made = block(host, day + HOUR, day + 2 * HOUR, " Dentist ")
    assert starts("ada", day, day + 4 * HOUR) == [day, day + 2 * HOUR, day + 3 * HOUR]
    with pytest.raises(SlotUnavailable) as refusal:
        book_at("ada", "60min", day + HOUR, build)
    assert refusal.value.reasons == ("blocked",)
    assert (made.note, made.bookings) == ("Dentist", ())
    blocked_times.unblock(made.public_id, host_id=host, actor=host_actor(host))
    assert len(starts("ada", day, day + 4 * HOUR)) == 4


def test_it_touches_what_comes_before_and_after(build: Build) -> None:
    host = build.host(slug="ada")
    set_schedule(build, host, "08:00-12:00", "0123456", time_zone="UTC")
    day = tomorrow(8, days=2)
    block(host, day - timedelta(days=1), day)
    block(host, day + 4 * HOUR, day + timedelta(days=3))
    assert len(starts("ada", day, day + 4 * HOUR)) == 4


def test_bookings_inside_stay_and_are_named(build: Build) -> None:
    host = build.host()
    first, second, later = build.slots(host, [tomorrow(9), tomorrow(11), tomorrow(15)])
    inside = build.booking(first, name="Gita Guest")
    partly, _outside = build.booking(second, name="Petra Partly"), build.booking(later)
    made = block(host, tomorrow(8), tomorrow(11, 10))
    assert [(one.uid, one.guest_name) for one in made.bookings] == [
        (inside.uid, "Gita Guest"),
        (partly.uid, "Petra Partly"),
    ]
    assert blocked_times.blocked_times(host) == [made]
    assert build.row("SELECT count(*) FROM booking WHERE status = 'confirmed'")[0] == 3


def test_only_what_is_not_over_is_listed(build: Build) -> None:
    host, other = build.host(), build.host()
    late, soon = block(host, tomorrow(days=9), tomorrow(days=10)), block(host, tomorrow(), tomorrow(days=2))
    block(other, tomorrow(), tomorrow(days=2))
    build.rows(
        "INSERT INTO blocked_time (host_id, starts_at, ends_at) VALUES (:host, now() - interval '2 days',"
        " now() - interval '1 day') RETURNING id",
        host=host,
    )
    assert blocked_times.blocked_times(host) == [soon, late]


WRONG = pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end": tomorrow(10)}, "end"),
        ({"end": tomorrow(9)}, "end"),
        ({"start": tomorrow(days=-9), "end": tomorrow(days=-8)}, "end"),
        ({"end": tomorrow(days=6 * 366)}, "end"),
        ({"start": datetime(2027, 5, 4, 10)}, "start"),  # noqa: DTZ001
        ({"note": "x" * 201}, "note"),
        ({"note": "two\nlines"}, "note"),
    ],
)


@WRONG
def test_what_cannot_be_is_refused_at_its_field(build: Build, changes: dict[str, Any], field: str) -> None:
    host = build.host()
    with pytest.raises(Invalid) as refusal:
        block(host, **({"start": tomorrow(10), "end": tomorrow(11)} | changes))
    assert list(refusal.value.errors) == [field]
    assert blocked_times.blocked_times(host) == []


@WRONG
def test_a_change_is_checked_in_the_same_way(build: Build, changes: dict[str, Any], field: str) -> None:
    host = build.host()
    made = block(host, tomorrow(10), tomorrow(11), "Dentist")
    with pytest.raises(Invalid) as refusal:
        change(made, host, **changes)
    assert list(refusal.value.errors) == [field]
    assert blocked_times.blocked_times(host) == [made]


def test_a_change_moves_what_is_closed_and_keeps_the_id(build: Build) -> None:
    host = build.host(slug="ada")
    set_schedule(build, host, "08:00-12:00", "0123456", time_zone="UTC")
    day = tomorrow(8, days=2)
    booking = book_at("ada", "60min", day + 3 * HOUR, build)
    made = block(host, day, day + HOUR, "Dentist")
    after = change(made, host, start=day + HOUR, end=day + 4 * HOUR, note=" Two teeth ")
    inside = (blocked_times.BookingInside(booking.uid, "Gita Guest", booking.start, booking.end),)
    assert after == replace(made, start=day + HOUR, end=day + 4 * HOUR, note="Two teeth", bookings=inside)
    assert blocked_times.blocked_times(host) == [after]
    assert starts("ada", day, day + 4 * HOUR) == [day]


def test_what_is_full_can_be_changed_but_not_added_to(build: Build) -> None:
    host = build.host()
    made = block(host, tomorrow(), tomorrow(days=2))
    build.rows(
        "INSERT INTO blocked_time (host_id, starts_at, ends_at) SELECT :host, now(), now() + interval '1 day'"
        " FROM generate_series(2, :most) RETURNING id",
        host=host,
        most=MOST_AT_A_TIME,
    )
    assert change(made, host, note="Still one of them").note == "Still one of them"
    with pytest.raises(Invalid):
        block(host, tomorrow(), tomorrow(days=2))


def test_what_is_deleted_just_now_is_not_changed(build: Build) -> None:
    host = build.host()
    made = block(host, tomorrow(), tomorrow(days=2))

    def run() -> None:
        with build.app.app_context():
            change(made, host, note="Too late")

    with ThreadPoolExecutor(1) as pool, build.owner.begin() as connection:
        connection.execute(text("DELETE FROM blocked_time"))
        waiting = pool.submit(run)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        connection.commit()
        with pytest.raises(NotFound):
            waiting.result()


def test_only_the_host_may(build: Build) -> None:
    host, other = build.host(), build.host()
    made = block(host, tomorrow(), tomorrow(days=2))
    for attempt in (
        lambda: blocked_times.blocked_time(made.public_id, host_id=other),
        lambda: blocked_times.unblock(made.public_id, host_id=other, actor=host_actor(other)),
        lambda: blocked_times.unblock(made.public_id, host_id=host, actor=host_actor(other)),
        lambda: change(made, other, note="Mine now"),
        lambda: change(replace(made, public_id=uuid.uuid4()), host, note="Of nothing"),
        lambda: blocked_times.unblock(uuid.uuid4(), host_id=host, actor=host_actor(host)),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        blocked_times.unblock(made.public_id, host_id=host, actor=GUEST)
    assert blocked_times.blocked_time(made.public_id, host_id=host) == made


def test_it_is_written_down_who_did_it(build: Build) -> None:
    host = build.host()
    made = block(host, tomorrow(), tomorrow(days=2), "Secret surgery")
    change(change(made, host, note="Secret flight"), host)  # the second time as it is
    blocked_times.unblock(made.public_id, host_id=host, actor=host_actor(host))
    rows = build.rows("SELECT action, actor_id, details::text FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("blocked_time.created", host, "{}"),
        ("blocked_time.changed", host, "{}"),
        ("blocked_time.deleted", host, "{}"),
    ]
