"""Reminders: scheduled with a booking, rescheduled and cancelled with it, and sent once."""

from datetime import timedelta

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, last_mail, reminder_states, subjects, words
from webapp.core.db import session, transaction
from webapp.domain.actor import host_actor, manage_link_actor
from webapp.effects.mail import jobs
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import lease_due
from webapp.services.mail.reports import mail_figures

KINDS = ["reminder.1440", "reminder.60"]


class TestPlanning:
    def test_each_minute_of_the_event_type_for_both(self, booking: BookingView, mailer: InProcess) -> None:
        assert [(row.kind, row.recipient) for row in mailer.reminders()] == [
            (kind, recipient) for kind in KINDS for recipient in ("guest", "host")
        ]
        for row in mailer.reminders():
            minutes = int(row.kind.removeprefix("reminder."))
            assert row.due_at == booking.start - timedelta(minutes=minutes)
            assert row.status == "waiting"

    def test_only_moments_ahead_and_as_the_event_type_says(self, build: Build, host: int, mailer: InProcess) -> None:
        build.event_type(host, reminder_minutes=[40_000, 120])
        build.booking(build.slot(host, tomorrow(10, days=2)))
        mailer.run()
        assert {row.kind for row in mailer.reminders()} == {"reminder.120"}

    def test_an_event_type_without_reminders_has_none(self, build: Build, host: int, mailer: InProcess) -> None:
        build.event_type(host, reminder_minutes=[])
        build.booking(build.slot(host))
        mailer.run()
        assert mailer.reminders() == []

    def test_a_request_has_none_until_it_is_accepted(
        self, build: Build, host: int, mailer: InProcess, context: None
    ) -> None:
        build.event_type(host, requires_confirmation=True)
        pending = build.booking(build.slot(host, tomorrow(10, days=3)))
        mailer.run()
        assert mailer.reminders() == []
        decisions.accept(pending.uid, actor=host_actor(host))
        mailer.run()
        assert len(mailer.reminders()) == 4

    def test_they_are_no_backlog(self, booking: BookingView, mailer: InProcess) -> None:
        assert mail_figures(session()).backlog == 0
        session().rollback()  # or now() would stand still
        mailer.let_reminders_come("reminder.60")
        assert mail_figures(session()).backlog == 2
        assert mail_figures(session()).oldest_seconds == 0

    def test_dispatching_twice_plans_once(self, booking: BookingView, mailer: InProcess) -> None:
        mailer.execute("UPDATE outbox_event SET dispatched_at = NULL")
        mailer.dispatch()
        assert len(mailer.reminders()) == 4


class TestSending:
    def test_before_its_moment_nothing_happens(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        mailer.bring_start_to(1445)
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed"]

    def test_each_at_its_moment_in_both_zones(
        self, booking: BookingView, mailer: InProcess, sink: MailSink, build: Build
    ) -> None:
        mailer.bring_start_to(1439)
        mailer.run()
        guest, host = last_mail(sink, booking.guest_email), last_mail(sink, booking.host_email)
        assert guest["Subject"].startswith("Reminder: 30 minutes with Ada Host, ")
        assert host["Subject"].startswith("Reminder: Gita Guest, ")
        assert "in 1 day" in words(guest)
        assert "(New York)" in words(guest)
        assert "Japan Standard Time" in words(host)
        assert "/manage/" in words(guest)
        assert "Gita Guest" not in words(guest)
        assert [part.get_content_type() for part in guest.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
        mailer.bring_start_to(59)
        mailer.run()
        assert "in 1 hour" in words(last_mail(sink, booking.guest_email))
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder", "Reminder"]
        mailer.run()
        assert len(sink.messages) == 6

    def test_late_ones_give_way_to_the_next(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        mailer.bring_start_to(30)  # nobody worked for two days
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder"]
        assert reminder_states(mailer)["reminder.1440", "guest", 0] == "skipped"
        assert reminder_states(mailer)["reminder.60", "guest", 0] == "sent"

    def test_once_the_meeting_has_begun_none_is_sent(
        self, booking: BookingView, mailer: InProcess, sink: MailSink
    ) -> None:
        mailer.bring_start_to(-1)
        mailer.run()
        assert set(reminder_states(mailer).values()) == {"skipped"}
        assert subjects(sink, booking.guest_email) == ["Confirmed"]

    def test_loans_worked_off_again_send_one(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        mailer.bring_start_to(1439)
        with mailer.app.app_context(), transaction() as current:
            leases = [[lease.delivery_id, lease.attempts] for lease in lease_due(current, limit=10)]

        def deliver(_: int) -> None:
            with mailer.app.app_context():
                jobs.deliver(leases)

        # One after the other: a worker process delivers in one thread, over a connection of its own.
        for turn in range(4):
            deliver(turn)
        # A worker that met a mail while another had its predecessor in hand has given it back.
        for _ in range(2):
            mailer.let_time_pass()
            mailer.let_reminders_come("reminder.1440")
            mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder"]
        assert subjects(sink, booking.host_email) == ["New booking", "Reminder"]


class TestGroups:
    def test_guests_hear_for_themselves_and_the_host_once_of_all(
        self, build: Build, host: int, mailer: InProcess, sink: MailSink
    ) -> None:
        build.event_type(host, capacity=5)
        slot = build.slot(host, tomorrow(10, days=3), capacity=5)
        booked = [build.booking(slot, name=f"Guest Number {number}") for number in range(3)]
        mailer.run()
        mailer.bring_start_to(1439)
        sink.clear()
        mailer.run()
        for booking in booked:
            text = words(last_mail(sink, booking.guest_email))
            assert not any(other.guest_email in text or other.guest_name in text for other in booked)
        assert subjects(sink, booked[0].host_email) == ["Reminder"]
        to_host = last_mail(sink, booked[0].host_email)
        assert "3 guests" in to_host["Subject"]
        assert all(booking.guest_email in words(to_host) for booking in booked)

    def test_when_the_first_guest_cancels_the_second_ones_reminds(
        self, build: Build, host: int, mailer: InProcess, sink: MailSink, context: None
    ) -> None:
        build.event_type(host, capacity=5)
        slot = build.slot(host, tomorrow(10, days=3), capacity=5)
        first, second = build.booking(slot), build.booking(slot, name="Only One")
        bookings.cancel(first.uid, actor=host_actor(host))
        mailer.run()
        mailer.bring_start_to(1439)
        mailer.run()
        assert last_mail(sink, second.host_email)["Subject"].startswith("Reminder: Only One")


class TestChanges:
    def test_never_after_a_cancellation(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        bookings.cancel(booking.uid, actor=manage_link_actor(str(booking.uid)))
        mailer.run()
        assert set(reminder_states(mailer).values()) == {"skipped"}
        mailer.bring_start_to(59)
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]

    def test_nor_when_one_was_due_before_the_cancellation_was_dispatched(
        self, booking: BookingView, mailer: InProcess, sink: MailSink
    ) -> None:
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
        mailer.let_reminders_come()
        assert mailer.deliver_due() == 4  # looked at, and left
        mailer.run()
        assert set(reminder_states(mailer).values()) == {"skipped"}
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]

    def test_they_move_with_the_booking(
        self, booking: BookingView, mailer: InProcess, build: Build, sink: MailSink
    ) -> None:
        later = tomorrow(12, days=9)
        build.slot(booking.host_id, later)
        bookings.reschedule(booking.uid, later, actor=host_actor(booking.host_id))
        mailer.run()
        assert {row.status for row in mailer.reminders() if row.booking_version == 0} == {"skipped"}
        moved = [row for row in mailer.reminders() if row.booking_version == 1]
        assert [row.due_at for row in moved if row.kind == "reminder.60"] == [later - timedelta(minutes=60)] * 2
        assert {row.status for row in moved} == {"waiting"}
        mailer.let_reminders_come("reminder.60")
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "New time", "Reminder"]
