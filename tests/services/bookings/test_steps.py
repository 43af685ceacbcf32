"""How often a booking may be moved."""

import itertools
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from tests.services.threads import at_once
from webapp.domain import errors
from webapp.domain.actor import Actor, host_actor, manage_link_actor
from webapp.services.bookings import bookings
from webapp.services.bookings.steps import MOVES_A_DAY
from webapp.services.bookings.view import BookingView

pytestmark = pytest.mark.usefixtures("context")
Move = Callable[..., BookingView]


@pytest.fixture
def booking(build: Build) -> BookingView:
    slots = build.slots(build.host(), [tomorrow(hour) for hour in (9, 10, 11)])
    return build.booking(slots[0])


@pytest.fixture
def move(booking: BookingView) -> Move:
    starts = itertools.cycle([tomorrow(10), tomorrow(11), tomorrow(9)])
    return lambda actor: bookings.reschedule(booking.uid, next(starts), actor=actor)


def guest_of(booking: BookingView) -> Actor:
    return manage_link_actor(str(booking.uid))


@pytest.mark.usefixtures("limits_on")
def test_a_guest_moves_a_booking_five_times_a_day(build: Build, booking: BookingView, move: Move) -> None:
    versions = [move(guest_of(booking)).version for _ in range(MOVES_A_DAY)]
    assert versions == [1, 2, 3, 4, 5]
    with pytest.raises(errors.TooManyMoves):
        move(guest_of(booking))
    assert build.row("SELECT version FROM booking")[0] == MOVES_A_DAY
    assert move(host_actor(booking.host_id)).version == MOVES_A_DAY + 1
    build.rows("UPDATE audit_entry SET occurred_at = occurred_at - interval '25 hours' RETURNING id")
    assert move(guest_of(booking)).version == MOVES_A_DAY + 2


@pytest.mark.usefixtures("limits_on")
def test_moves_of_the_host_and_of_other_bookings_do_not_count(build: Build, booking: BookingView, move: Move) -> None:
    other = build.booking(build.slot(booking.host_id, tomorrow(15)))
    build.slot(booking.host_id, tomorrow(16))
    for _ in range(MOVES_A_DAY + 1):
        move(host_actor(booking.host_id))
    for start in (10, 9) * 2:
        bookings.reschedule(booking.uid, tomorrow(start), actor=guest_of(booking))
    assert bookings.reschedule(other.uid, tomorrow(16), actor=guest_of(other)).version == 1


@pytest.mark.usefixtures("limits_on")
def test_moves_at_the_same_time_are_counted_one_by_one(app: Flask, build: Build, booking: BookingView) -> None:
    slots = build.slots(booking.host_id, [tomorrow(hour, days=2) for hour in range(8, 8 + MOVES_A_DAY + 1)])
    moves = [partial(bookings.reschedule, booking.uid, slot.start, actor=guest_of(booking)) for slot in slots]
    assert [type(fault) for fault in at_once(app, *moves)] == [errors.TooManyMoves]
    assert build.row("SELECT version FROM booking")[0] == MOVES_A_DAY


def test_without_limits_a_guest_moves_at_will(booking: BookingView, move: Move) -> None:
    assert [move(guest_of(booking)).version for _ in range(7)][-1] == 7
