"""Booking, cancelling and rescheduling on the real database."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import Build, calendar, tomorrow
from tests.schedule_builders import set_schedule
from webapp.core.db import session, transactional, within_transaction
from webapp.domain import errors
from webapp.domain.actor import GUEST, host_actor, manage_link_actor
from webapp.domain.bookings import BookingStatus
from webapp.domain.questions import Question
from webapp.services.availability.offering import find_offering
from webapp.services.bookings import bookings
from webapp.services.bookings.view import booking_by_uid

pytestmark = pytest.mark.usefixtures("context")


def test_a_booked_slot_is_booked_in_the_database(build: Build) -> None:
    slot = build.slot(build.host())
    booking = build.booking(slot, subject="Hello")
    row = build.row(
        "SELECT s.status, s.seats_taken, b.status, c.host_id FROM booking b JOIN slot s ON s.id = b.slot_id"
        " JOIN claim c ON c.slot_id = s.id"
    )
    assert tuple(row) == ("booked", 1, "confirmed", booking.host_id)
    assert (booking.subject, booking.start, booking.version) == ("Hello", slot.start, 0)


def test_the_second_guest_is_refused_and_nothing_is_written(build: Build) -> None:
    slot = build.slot(build.host())
    build.booking(slot)
    with pytest.raises(errors.SlotTaken):
        build.booking(slot)
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.confirmed'")[0] == 1


def test_another_event_type_half_an_hour_off_is_refused(build: Build) -> None:
    host = build.host()
    hour, half = build.slot(host, tomorrow(10), 60), build.slot(host, tomorrow(10, 30), 30)
    build.booking(hour)
    with pytest.raises(errors.SlotTaken):
        build.booking(half)


def test_touching_slots_can_both_be_booked(build: Build) -> None:
    host = build.host()
    for slot in build.slots(host, [tomorrow(10), tomorrow(10, 30)]):
        build.booking(slot)
    assert build.row("SELECT count(*) FROM claim")[0] == 2


@pytest.mark.parametrize("requires_confirmation", [False, True])
@pytest.mark.parametrize("has_row", [False, True])
def test_what_is_answered_is_what_was_written(build: Build, *, has_row: bool, requires_confirmation: bool) -> None:
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, time_zone="UTC", weekdays="0123456")
    asks = json.dumps([Question(key="topic", label="Topic").as_json()])
    build.event_type(host, questions=asks, location_kind="ask", requires_confirmation=requires_confirmation)
    of_schedule = {"host": "ada", "event_type": "30min"}
    time = {"slot_id": build.slot(host).public_id} if has_row else of_schedule | {"start": tomorrow()}
    guest = {"notes": "100 %", "answers": {"topic": "\u2713"}, "location": "Here", "locale": "de"}
    made = bookings.book(build.command(email="Grace@Example.net", **guest, **time), actor=GUEST)
    assert made == booking_by_uid(session(), made.uid)
    later = of_schedule | {"start": tomorrow(12)}
    again = bookings.book(build.command(email="grace@example.net", **guest, **later), actor=GUEST)
    assert again == booking_by_uid(session(), again.uid)
    assert again.guest_email == made.guest_email == "Grace@example.net"


def test_rules_that_changed_since_the_guest_saw_them_hold(build: Build) -> None:
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, time_zone="UTC", weekdays="0123456")
    seen, one = find_offering("ada", "30min"), {"host": "ada", "event_type": "30min"}
    monday = 7 - calendar.today.weekday()
    bookings.book(build.command(**one, start=tomorrow(days=monday)), actor=GUEST, seen=seen)
    build.event_type(host, max_per_week=1)
    with pytest.raises(errors.SlotUnavailable, match="limit_week"):
        bookings.book(build.command(**one, start=tomorrow(days=monday + 4)), actor=GUEST, seen=seen)


def test_a_booking_inside_another_command_fails_with_it(build: Build) -> None:
    command = build.command(slot_id=build.slot(build.host()).public_id)

    @transactional
    def fails(current: Session) -> None:
        with within_transaction(current):
            bookings.book(command, actor=GUEST)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        fails()
    assert build.row("SELECT count(*) FROM booking")[0] == 0


def test_one_key_books_once_and_another_request_under_it_is_refused(build: Build) -> None:
    slot = build.slot(build.host())
    command = build.command(slot_id=slot.public_id, idempotency_key="k1")
    first, second = bookings.book(command, actor=GUEST), bookings.book(command, actor=GUEST)
    assert first == second
    other = build.command(slot_id=slot.public_id, idempotency_key="k1", subject="Other")
    with pytest.raises(errors.IdempotencyMismatch):
        bookings.book(other, actor=GUEST)


def test_cancelling_frees_the_slot_and_keeps_the_record(build: Build) -> None:
    slot = build.slot(build.host())
    booking = build.booking(slot)
    after = bookings.cancel(booking.uid, actor=manage_link_actor(str(booking.uid)), reason="Ill")
    assert (after.status, after.version, after.cancelled_by) == (BookingStatus.CANCELLED, 1, "guest")
    assert tuple(build.row("SELECT status, seats_taken FROM slot")) == ("available", 0)
    assert build.rows("SELECT * FROM claim") == []
    assert build.booking(slot).uid != booking.uid


def test_cancelling_twice_is_refused_and_tells_nobody_twice(build: Build) -> None:
    booking = build.booking(build.slot(build.host()))
    actor = host_actor(booking.host_id)
    bookings.cancel(booking.uid, actor=actor)
    with pytest.raises(errors.AlreadyCancelled):
        bookings.cancel(booking.uid, actor=actor)
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.cancelled'")[0] == 1


def test_another_host_and_another_link_find_nothing(build: Build) -> None:
    booking = build.booking(build.slot(build.host()))
    for actor in (host_actor(build.host()), manage_link_actor(str(uuid.uuid4())), GUEST):
        with pytest.raises(errors.NotFound):
            bookings.cancel(booking.uid, actor=actor)
        with pytest.raises(errors.NotFound):
            bookings.reschedule(booking.uid, tomorrow(15), actor=actor)


def test_rescheduling_moves_the_same_booking(build: Build) -> None:
    old, new = build.slots(build.host(), [tomorrow(10), tomorrow(14)])
    booking = build.booking(old)
    moved = bookings.reschedule(booking.uid, new.start, actor=manage_link_actor(str(booking.uid)))
    assert (moved.uid, moved.version, moved.start) == (booking.uid, 1, new.start)
    taken = build.rows("SELECT starts_at, status FROM slot ORDER BY starts_at")
    assert [row.status for row in taken] == ["available", "booked"]
    assert build.row("SELECT slot_id FROM claim")[0] == new.id


def test_rescheduling_to_a_time_that_overlaps_the_own_old_one(build: Build) -> None:
    host = build.host()
    build.event_type(host, "30min", buffer_before_minutes=15, buffer_after_minutes=15)
    old, new = build.slots(host, [tomorrow(10), tomorrow(10, 30)])
    booking = build.booking(old)
    assert bookings.reschedule(booking.uid, new.start, actor=host_actor(host)).start == new.start


def test_a_refused_reschedule_leaves_the_old_time(build: Build) -> None:
    old, new = build.slots(build.host(), [tomorrow(10), tomorrow(14)])
    booking = build.booking(old)
    build.booking(new)
    for start in (new.start, tomorrow(20)):
        with pytest.raises(errors.SlotUnavailable):
            bookings.reschedule(booking.uid, start, actor=host_actor(booking.host_id))
    assert build.row("SELECT version FROM booking WHERE uid = :uid", uid=booking.uid)[0] == 0
    assert build.row("SELECT count(*) FROM claim")[0] == 2


def test_a_group_slot_has_as_many_seats_as_its_capacity(build: Build) -> None:
    host = build.host()
    slot = build.slot(host, capacity=2)
    first = build.booking(slot)
    build.booking(slot)
    with pytest.raises(errors.SlotTaken):
        build.booking(slot)
    bookings.cancel(first.uid, actor=host_actor(host))
    build.booking(slot)
    seats = build.rows("SELECT seat FROM booking WHERE is_live ORDER BY seat")
    assert [row.seat for row in seats] == [1, 2]


@pytest.mark.parametrize(
    "pasted", ["\u200egita@example.net\u200b", "\ufeffGITA@example.net\u00a0", "gita@exam\u00adple.net"]
)
def test_marks_around_an_address_make_no_other_guest(build: Build, pasted: str) -> None:
    first, second = build.slots(build.host(), [tomorrow(8), tomorrow(10)])
    build.booking(first, email="gita@example.net")
    build.booking(second, email=pasted)
    assert [row.email for row in build.rows("SELECT email FROM guest")] == ["gita@example.net"]


def test_texts_of_other_keyboards_are_kept_as_they_are_meant(build: Build) -> None:
    name = "\u200fדנה (כהן)\u200f"
    booked = build.booking(build.slot(build.host()), name=name, notes="one\u2028two\x0bthree\r\nfour")
    assert (booked.guest_name, booked.notes) == (name, "one\ntwo\nthree\nfour")


def test_one_guest_has_one_seat_in_a_slot(build: Build) -> None:
    slot = build.slot(build.host(), capacity=3)
    build.booking(slot, email="same@example.net")
    with pytest.raises(errors.AlreadyBooked):
        build.booking(slot, email="Same@Example.net")


def test_a_start_that_is_not_offered_has_its_reasons(build: Build) -> None:
    host = build.host(slug="anna")
    build.slot(host, tomorrow(10))
    command = build.command(host="anna", event_type="30min", start=tomorrow(10, 5))
    with pytest.raises(errors.SlotUnavailable) as refused:
        bookings.book(command, actor=GUEST)
    assert refused.value.reasons == ("hours",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "a\r\nBcc: b"),
        ("email", "nobody"),
        ("subject", "x" * 201),
        ("time_zone", "Mars/Base"),
        ("subject", "a\u202eb"),
        ("name", "\x00"),
    ],
)
def test_bad_input_is_named_by_field(build: Build, field: str, value: str) -> None:
    slot = build.slot(build.host())
    with pytest.raises(errors.Invalid) as refused:
        build.booking(slot, **{field: value})
    assert list(refused.value.errors) == [field]


def test_a_second_booking_by_the_same_address_changes_no_earlier_one(build: Build) -> None:
    first, second = build.slots(build.host(), [tomorrow(10), tomorrow(11)])
    booking = build.booking(first, name="Ada", email="ada@example.net")
    build.booking(second, name="Mallory", email="ada@example.net")
    names = build.rows("SELECT guest_name FROM booking WHERE uid = :uid", uid=booking.uid)
    assert [row.guest_name for row in names] == ["Ada"]
    assert build.row("SELECT count(*) FROM guest")[0] == 1


def test_a_past_slot_cannot_be_booked(build: Build) -> None:
    slot = build.slot(build.host())
    with build.owner.begin() as connection:
        from sqlalchemy import text

        connection.execute(
            text(
                "UPDATE slot SET starts_at = starts_at - interval '9 days', ends_at = ends_at -"
                " interval '9 days', busy = tstzrange(starts_at - interval '9 days', ends_at -"
                " interval '9 days')"
            )
        )
    with pytest.raises(errors.SlotUnavailable):
        build.booking(slot)
    assert slot.end - slot.start == timedelta(minutes=30)
