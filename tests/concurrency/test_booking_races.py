"""Many guests at once book what only some of them can get."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.concurrency.checkers import lost
from tests.concurrency.racers import DONE, GONE, Answer, Racer, booked, race, statuses
from webapp.domain.actor import host_actor
from webapp.services.event_types.single_use_links import create_link

Arrives = Callable[[], Racer]
Check = Callable[[], None]


def half_hours(number: int) -> list[datetime]:
    """Starts that do not touch, over several days."""
    return [tomorrow(6) + timedelta(hours=hour % 12, days=hour // 12) for hour in range(number)]


def judge(tally: Counter[str], answers: list[Answer], *, winners: int) -> None:
    """Count what is not: so many winners, and a clear no for everybody else."""
    got = statuses(answers)
    tally["rounds with too many winners"] += got.count(DONE) > winners
    tally["rounds with too few winners"] += got.count(DONE) < winners
    tally["answers that are neither yes nor no"] += len([status for status in got if status not in (DONE, *GONE)])


def test_one_of_fifty_guests_gets_the_slot(
    build: Build, racer: Arrives, owner: Engine, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    starts = half_hours(20)
    build.slots(host, starts)
    guests = [racer() for _ in range(50)]
    acknowledged = []
    for start in starts:
        answers = race([guest.booking("/ada/30min", start) for guest in guests])
        judge(tally, answers, winners=1)
        acknowledged += booked(answers)
    check()
    tally["acknowledged and lost"] += lost(owner, acknowledged)
    assert not +tally, dict(+tally)
    assert len(acknowledged) == 20


def test_five_of_thirty_guests_get_the_five_seats(
    build: Build, racer: Arrives, owner: Engine, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    starts = half_hours(4)
    build.slots(host, starts, capacity=5)
    guests = [racer() for _ in range(30)]
    acknowledged = []
    for start in starts:
        answers = race([guest.booking("/ada/30min", start) for guest in guests])
        judge(tally, answers, winners=5)
        acknowledged += booked(answers)
    check()
    tally["acknowledged and lost"] += lost(owner, acknowledged)
    assert not +tally, dict(+tally)


def test_one_of_two_event_types_half_an_hour_off_is_booked(
    build: Build, racer: Arrives, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    starts = half_hours(10)
    build.slots(host, starts, 60)
    build.slots(host, [start + timedelta(minutes=30) for start in starts], 30)
    hours, halves = [racer() for _ in range(6)], [racer() for _ in range(6)]
    for start in starts:
        later = start + timedelta(minutes=30)
        shots = [guest.booking("/ada/60min", start) for guest in hours]
        answers = race(shots + [guest.booking("/ada/30min", later) for guest in halves])
        judge(tally, answers, winners=1)
    check()
    assert not +tally, dict(+tally)


def test_times_of_the_schedule_that_overlap_are_not_both_booked(
    build: Build, racer: Arrives, owner: Engine, tally: Counter[str], check: Check
) -> None:
    """Nothing is published: the rows come into being with the booking."""
    host = build.host(slug="ada", time_zone="UTC")
    build.rows(
        "INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute)"
        " SELECT id, day, 0, 1440 FROM schedule, generate_series(0, 6) AS day WHERE host_id = :host RETURNING id",
        host=host,
    )
    hours, halves = [racer() for _ in range(6)], [racer() for _ in range(6)]
    for start in half_hours(10):
        shots = [guest.booking("/ada/60min", start) for guest in hours]
        answers = race(shots + [guest.booking("/ada/15min", start + timedelta(minutes=45)) for guest in halves])
        judge(tally, answers, winners=1)
    check()
    assert not +tally, dict(+tally)


def test_ten_guests_with_one_single_use_link(
    build: Build, racer: Arrives, app: Flask, tally: Counter[str], check: Check
) -> None:
    """Each for another time: only the link stands between them."""
    host = build.host(slug="ada")
    starts = half_hours(10)
    build.slots(host, starts)
    guests = [racer() for _ in range(10)]
    for _ in range(3):
        with app.app_context():
            token = create_link("30min", host_id=host, actor=host_actor(host))
        answers = race([guest.booking(f"/once/{token}", start) for guest, start in zip(guests, starts, strict=True)])
        judge(tally, answers, winners=1)
        starts = [start + timedelta(days=30) for start in starts]
        build.slots(host, starts)
    check()
    assert not +tally, dict(+tally)


def test_one_key_forty_times_is_one_booking_and_one_event(
    build: Build, racer: Arrives, tally: Counter[str], check: Check
) -> None:
    host = build.host(slug="ada")
    starts = half_hours(3)
    build.slots(host, starts)
    guest = racer()
    for number, start in enumerate(starts, 1):
        answers = race([guest.booking("/ada/30min", start, key=f"00000000-0000-4000-8000-00000000000{number}")] * 40)
        judge(tally, answers, winners=40)
        tally["different answers"] += len(set(answers)) - 1
    check()
    bookings, events = build.row("SELECT (SELECT count(*) FROM booking), (SELECT count(*) FROM outbox_event)")
    tally["bookings too many"] += bookings - len(starts)
    tally["events too many"] += events - len(starts)
    assert not +tally, dict(+tally)
