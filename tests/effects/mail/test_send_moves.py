"""Moves of a booking within a minute become one mail."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, ics, last_mail, subjects, words
from tests.services.ical.ics_rules import values
from webapp.core.db import session, transaction
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import claim
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.mail.limits import lease_mails
from webapp.services.mail.merging import MERGED
from webapp.services.mail.reports import delivery_states

FIRST, NEXT, LAST = (tomorrow(hour, days=3) for hour in (10, 11, 12))


@pytest.fixture(autouse=True)
def more_times(booking: BookingView, build: Build, limits_on: None) -> None:
    build.slots(booking.host_id, [NEXT, LAST])


def move(booking: BookingView, start: datetime) -> None:
    bookings.reschedule(booking.uid, start, actor=host_actor(booking.host_id))


def let_pass(mailer: InProcess, seconds: int) -> None:
    mailer.run()
    step = f"due_at - interval '{seconds} seconds'"
    mailer.execute(f"UPDATE delivery SET due_at = {step} WHERE status = 'waiting' AND kind NOT LIKE 'reminder.%'")
    mailer.run()


def known(mail: EmailMessage) -> tuple[str, str]:
    """Start and SEQUENCE, as a calendar takes them from the mail."""
    found = values(ics(mail))
    return found["DTSTART"], found["SEQUENCE"]


def written(start: datetime) -> str:
    return f"{start:%Y%m%dT%H%M%SZ}"


def test_several_are_one_mail_a_minute_after_the_first(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    move(booking, NEXT)
    let_pass(mailer, 50)
    move(booking, LAST)
    mailer.run()
    assert subjects(sink, booking.guest_email) == ["Confirmed"]
    let_pass(mailer, 11)
    assert subjects(sink, booking.guest_email) == ["Confirmed", "New time"]
    assert subjects(sink, booking.host_email) == ["New booking", "Moved"]
    mail = last_mail(sink, booking.guest_email)
    assert known(mail) == (written(LAST), "2")
    assert old_time(mail) == "5:00"  # in New York: the one that the guest knows


def old_time(mail: EmailMessage) -> str:
    line = words(mail).partition("Old time: ")[2].splitlines()[0]
    return line.partition(", ")[2].rpartition(", ")[2].partition("\u202f")[0]


def test_the_replaced_one_stays_in_the_list_with_its_reason(booking: BookingView, mailer: InProcess) -> None:
    move(booking, NEXT)
    move(booking, LAST)
    let_pass(mailer, 61)
    moves = [state for state in delivery_states(session(), booking.id) if state.kind == "booking.rescheduled"]
    found = [(state.recipient, str(state.status), state.last_error) for state in moves]
    assert found == [
        ("guest", "skipped", MERGED), ("host", "skipped", MERGED), ("guest", "sent", None), ("host", "sent", None),
    ]  # fmt: skip


def test_a_cancellation_waits_for_no_move_and_names_the_time_that_was_known(
    booking: BookingView, mailer: InProcess, sink: MailSink
) -> None:
    move(booking, NEXT)
    mailer.run()
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    mailer.run()
    assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]
    mail = last_mail(sink, booking.guest_email)
    assert known(mail) == (written(NEXT), "2")
    assert "Old time: " in words(mail)
    let_pass(mailer, 61)
    assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]


def test_away_and_back_is_one_mail_that_says_so(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    move(booking, NEXT)
    move(booking, FIRST)
    let_pass(mailer, 61)
    mail = last_mail(sink, booking.guest_email)
    assert known(mail) == (written(FIRST), "2")
    assert words(mail).startswith("Your booking is back at its old time")
    assert "Old time" not in words(mail)


def test_moves_a_minute_apart_are_mails_of_their_own(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    for start in (NEXT, LAST):
        move(booking, start)
        let_pass(mailer, 61)
    assert subjects(sink, booking.guest_email) == ["Confirmed", "New time", "New time"]


def test_two_relays_that_see_one_move_each_still_send_one_mail(
    booking: BookingView, mailer: InProcess, sink: MailSink
) -> None:
    for start in (NEXT, LAST):
        move(booking, start)
    with transaction() as current:
        dispatch_events(current, limit=1)
    mailer.dispatch()
    let_pass(mailer, 61)
    assert subjects(sink, booking.guest_email) == ["Confirmed", "New time"]


def test_one_in_a_workers_hand_is_sent_and_the_cancellation_follows(
    booking: BookingView, mailer: InProcess, sink: MailSink
) -> None:
    move(booking, NEXT)
    mailer.dispatch()
    mailer.execute("UPDATE delivery SET due_at = now() WHERE kind = 'booking.rescheduled'")
    with mailer.owner.begin() as worker:
        worker.exec_driver_sql("SELECT 1 FROM delivery WHERE kind = 'booking.rescheduled' FOR UPDATE")
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
        mailer.dispatch()
        assert mailer.deliver_due() == 0
    mailer.run()
    assert subjects(sink, booking.guest_email)[-1] == "Cancelled"


def test_a_lease_of_a_replaced_mail_is_void(booking: BookingView, mailer: InProcess) -> None:
    move(booking, NEXT)
    mailer.dispatch()
    mailer.execute("UPDATE delivery SET due_at = now() WHERE kind = 'booking.rescheduled'")
    with transaction() as current:
        leases = lease_mails(current, limit=10)
    move(booking, LAST)
    mailer.run()
    with transaction() as current:
        assert [claim(current, lease) for lease in leases] == [None, None]


def test_a_yes_to_a_moved_request_is_one_mail(build: Build, mailer: InProcess, sink: MailSink) -> None:
    host = build.host()
    build.event_type(host, requires_confirmation=True)
    slots = build.slots(host, [FIRST, NEXT])
    booking = build.booking(slots[0])
    mailer.run()
    move(booking, NEXT)
    mailer.run()
    decisions.accept(booking.uid, actor=host_actor(host))
    mailer.run()
    assert subjects(sink, booking.guest_email) == ["Requested", "Confirmed"]
    assert known(last_mail(sink, booking.guest_email)) == (written(NEXT), "1")
    assert "Old time" in words(last_mail(sink, booking.guest_email))


def test_a_move_is_on_its_way_within_a_minute(booking: BookingView, mailer: InProcess) -> None:
    move(booking, NEXT)
    mailer.dispatch()
    waits = {row.due_at - row.created_at for row in mailer.deliveries() if row.kind == "booking.rescheduled"}
    assert all(wait <= timedelta(minutes=1) for wait in waits)
    assert len(waits) == 1
