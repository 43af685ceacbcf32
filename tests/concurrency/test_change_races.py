"""Cancelling, moving, withdrawing and publishing while a guest books."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.builders import Build
from tests.concurrency.racers import DONE, Racer, race, written
from tests.concurrency.test_booking_races import Arrives, Check, half_hours, judge
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token

ROUNDS = 8
LinkOf = Callable[[BookingView], str]


@pytest.fixture
def link_of(app: Flask) -> LinkOf:
    """The path of a booking's manage link."""

    def link(booking: BookingView) -> str:
        with app.app_context():
            return f"/manage/{manage_token(booking.uid)}"

    return link


@pytest.fixture
def ada(build: Build, racer: Arrives, password_hash: str) -> tuple[int, Racer]:
    """A host, logged in."""
    host = build.host(slug="ada", email="ada@example.org", password_hash=password_hash)
    browser = racer()
    browser.log_in("ada@example.org")
    return host, browser


def test_cancelling_against_booking(
    build: Build, racer: Arrives, link_of: LinkOf, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    leaver, others = racer(), [racer() for _ in range(8)]
    for slot in build.slots(host, half_hours(ROUNDS)):
        going = leaver.fill_in(f"{link_of(build.booking(slot))}/cancel", action="/cancel", sure="y")
        cancelled, *answers = race([going] + [guest.booking("/ada/30min", slot.start) for guest in others])
        won = sum(answer.status == DONE for answer in answers)
        judge(tally, answers, winners=min(won, 1))
        tally["cancellations not done"] += cancelled.status != DONE
    check()
    tally["not cancelled"] += ROUNDS - build.row("SELECT count(*) FROM booking WHERE status = 'cancelled'")[0]
    assert not +tally, dict(+tally)


def test_the_last_guest_of_a_group_cancels_while_others_join(
    build: Build, racer: Arrives, link_of: LinkOf, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    leaver, others = racer(), [racer() for _ in range(8)]
    for slot in build.slots(host, half_hours(ROUNDS), capacity=9):
        going = leaver.fill_in(f"{link_of(build.booking(slot))}/cancel", action="/cancel", sure="y")
        answers = race([going] + [guest.booking("/ada/30min", slot.start) for guest in others])
        judge(tally, answers, winners=9)
    check()
    assert not +tally, dict(+tally)


def test_two_guests_who_swap_their_slots_keep_them(
    build: Build, racer: Arrives, link_of: LinkOf, tally: Counter[str], check: Check
) -> None:
    """Neither time is free before the other guest has left it."""
    host = build.host(slug="ada")
    one, two = racer(), racer()
    starts = half_hours(2 * ROUNDS)
    slots = build.slots(host, starts)
    for first, second in zip(slots[::2], slots[1::2], strict=True):
        shots = [
            guest.fill_in(f"{link_of(build.booking(own))}/reschedule/confirm?start={written(other.start)}",
                          action="/reschedule", start=written(other.start))
            for guest, own, other in ((one, first, second), (two, second, first))
        ]  # fmt: skip
        judge(tally, race(shots), winners=0)
    check()
    tally["moved"] += build.row("SELECT count(*) FROM booking WHERE version > 0")[0]
    assert not +tally, dict(+tally)


def test_two_guests_who_move_to_one_slot(
    build: Build, racer: Arrives, link_of: LinkOf, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    guests = [racer() for _ in range(4)]
    starts = half_hours(ROUNDS // 2 * 5)
    slots = build.slots(host, starts)
    for group in range(0, len(slots), 5):
        wanted, *own = slots[group : group + 5]
        shots = [
            guest.fill_in(f"{link_of(build.booking(slot))}/reschedule/confirm?start={written(wanted.start)}",
                          action="/reschedule", start=written(wanted.start))
            for guest, slot in zip(guests, own, strict=True)
        ]  # fmt: skip
        judge(tally, race(shots), winners=1)
    check()
    assert not +tally, dict(+tally)


def test_withdrawing_against_booking(
    build: Build, racer: Arrives, ada: tuple[int, Racer], tally: Counter[str], check: Check
) -> None:
    host, ada_herself = ada
    guests = [racer() for _ in range(4)]
    for slot in build.slots(host, half_hours(ROUNDS)):
        back = ada_herself.fill_in(f"/calendar/slots/{slot.public_id}/delete", action="/delete")
        answers = race([back] + [guest.booking("/ada/30min", slot.start) for guest in guests])
        judge(tally, answers, winners=1)
    check()
    assert not +tally, dict(+tally)


def test_publishing_against_overlapping_publishing(ada: tuple[int, Racer], tally: Counter[str], check: Check) -> None:
    _, ada_herself = ada
    for start in half_hours(ROUNDS):
        shots = [
            ada_herself.fill_in(
                "/calendar/slots/new", action="/new", duration="30", date=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}"
            )
            for at in (start + timedelta(minutes=10 * step) for step in range(3))
        ]
        judge(tally, race(shots), winners=1)
    check()
    assert not +tally, dict(+tally)
