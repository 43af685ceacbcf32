"""Reminders and other mails: their order, and what is sent again."""

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, reminder_states, subjects
from webapp.core.db import session, transaction
from webapp.domain.actor import host_actor
from webapp.effects.mail import jobs
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import claim, lease_due
from webapp.services.mail.reports import delivery_states, replay


class TestOrder:
    def test_a_reminder_ahead_holds_up_no_letter(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        """Not even one that could not be dropped, since another relay planned it at the last moment."""
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
        mailer.dispatch()
        mailer.execute("UPDATE delivery SET status = 'waiting' WHERE kind = 'reminder.60'")
        assert mailer.deliver_due() == 2
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]

    def test_a_letter_waits_for_the_reminder_in_a_workers_hand(
        self, booking: BookingView, mailer: InProcess, sink: MailSink
    ) -> None:
        """Otherwise `cancelled` could be followed by `in one hour`."""
        mailer.bring_start_to(59)
        with transaction() as current:
            leases = lease_due(current, limit=10)
        with mailer.owner.begin() as worker:
            worker.exec_driver_sql("SELECT 1 FROM delivery WHERE kind = 'reminder.60' FOR UPDATE")
            bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
            mailer.dispatch()
            assert mailer.deliver_due() == 0
        for lease in leases:  # what the worker would see, had it claimed them only now
            with transaction() as current:
                claim(current, lease)
        jobs.deliver([[lease.delivery_id, lease.attempts] for lease in leases])
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Cancelled"]
        assert set(reminder_states(mailer).values()) == {"skipped"}

    def test_a_reminder_waits_for_the_confirmation(
        self, build: Build, host: int, mailer: InProcess, sink: MailSink
    ) -> None:
        sink.fault = Fault.TEMPORARY
        booking = build.booking(build.slot(host, tomorrow(10, days=3)))
        mailer.run()
        sink.fault = Fault.NONE
        mailer.let_reminders_come("reminder.60")
        assert mailer.deliver_due() == 0
        mailer.let_time_pass()
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder"]


class TestReplay:
    def test_what_was_sent_or_skipped_is_done_with(
        self, booking: BookingView, mailer: InProcess, sink: MailSink
    ) -> None:
        mailer.bring_start_to(30)
        mailer.run()
        sink.clear()
        reminders = [row.id for row in mailer.reminders()]
        assert replay(reminders, actor=host_actor(booking.host_id)) == 0
        assert replay([state.id for state in delivery_states(session(), booking.id)], actor=host_actor(booking.host_id))
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed"]

    def test_a_dead_one_is_looked_at_again(self, booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
        sink.rejected.add(booking.guest_email)
        mailer.bring_start_to(1439)
        mailer.run()
        sink.rejected.clear()
        dead = [row.id for row in mailer.reminders() if row.status == "dead"]
        assert replay(dead, actor=host_actor(booking.host_id)) == 1
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder"]
        mailer.execute("UPDATE delivery SET status = 'dead', sent_at = NULL WHERE id = :id", id=dead[0])
        mailer.bring_start_to(-5)
        replay(dead, actor=host_actor(booking.host_id))
        mailer.run()
        assert subjects(sink, booking.guest_email) == ["Confirmed", "Reminder"]
