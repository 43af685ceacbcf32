"""The mail with the link to a guest's data, and mails after an erasure."""

from email.message import EmailMessage

import pytest

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, last_mail, part, subjects, words
from tests.live import link_in
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.services.bookings import decisions
from webapp.services.bookings.view import BookingView
from webapp.services.privacy.erase import NOTHING_TO_SEND, erase_address
from webapp.services.privacy.guests import ask_for_data, proved_address

pytestmark = pytest.mark.usefixtures("context")


def asked(booking: BookingView, mailer: InProcess, sink: MailSink) -> EmailMessage:
    ask_for_data(booking.guest_email)
    mailer.run()
    return last_mail(sink, booking.guest_email)


def test_the_mail_carries_a_link_and_no_word_of_anybody(
    booking: BookingView, mailer: InProcess, sink: MailSink
) -> None:
    mail = asked(booking, mailer, sink)
    assert mail["Subject"] == "Your data at localhost"
    token = link_in(mail, "/privacy/").rpartition("/")[2]
    assert proved_address(token) == booking.guest_email
    assert "works for 1 hour" in words(mail)
    assert mail["Auto-Submitted"] == "auto-generated"
    for text in (words(mail), part(mail, "text/html").get_content()):
        assert booking.guest_name not in text
        assert booking.host_name not in text


def test_each_time_one_asks(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    asked(booking, mailer, sink)
    asked(booking, mailer, sink)
    assert subjects(sink, booking.guest_email) == ["Confirmed", "Your data at localhost", "Your data at localhost"]


def test_two_hosts_are_one_mail(booking: BookingView, build: Build, mailer: InProcess, sink: MailSink) -> None:
    build.booking(build.slot(build.host()), email=booking.guest_email.upper())
    mailer.run()
    sink.clear()
    ask_for_data(booking.guest_email)
    mailer.run()
    assert len(sink.messages) == 1


def test_who_is_erased_meanwhile_gets_nothing_more(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    ask_for_data(booking.guest_email)
    erase_address(booking.guest_email)
    mailer.run()
    assert subjects(sink, booking.guest_email) == ["Confirmed"]
    errors = {row.last_error for row in mailer.deliveries() if row.recipient == "guest" and row.status == "skipped"}
    assert len(errors) == 2
    assert NOTHING_TO_SEND in errors


def test_the_host_is_told_of_a_time_and_of_nobody(booking: BookingView, mailer: InProcess, sink: MailSink) -> None:
    erase_address(booking.guest_email)
    mailer.run()
    mail = last_mail(sink, booking.host_email)
    assert str(mail["Subject"]).startswith("Cancelled: Erased guest, ")
    assert mail["Reply-To"] is None
    assert "had all data about them erased" in words(mail)
    assert b"METHOD:CANCEL" in part(mail, "text/calendar").get_payload(decode=True)
    everything = mail.as_string() + words(mail)
    assert booking.guest_email not in everything
    assert booking.subject not in everything
    assert {row.status for row in mailer.reminders()} == {"skipped"}


def test_mails_that_wait_or_failed_are_not_sent_later(
    build: Build, host: int, mailer: InProcess, sink: MailSink
) -> None:
    sink.fault = Fault.TEMPORARY
    booking = build.booking(build.slot(host, tomorrow(10, days=3)))
    mailer.run()
    assert {row.status for row in mailer.deliveries()} == {"waiting"}
    sink.fault = Fault.NONE
    erase_address(booking.guest_email)
    assert [row.status for row in mailer.deliveries() if row.recipient == "guest"] == ["skipped"]
    assert {row.last_error for row in mailer.deliveries()} == {NOTHING_TO_SEND, None}
    mailer.let_time_pass()
    mailer.run()
    assert {mail.recipients for mail in sink.messages} == {(booking.host_email,)}


def test_nobody_follows_up_on_an_erased_guest(build: Build, host: int, mailer: InProcess, sink: MailSink) -> None:
    build.event_type(host, has_follow_up=True)
    booking = build.booking(build.slot(host))
    mailer.run()
    mailer.bring_start_to(-10)
    erase_address(booking.guest_email)
    mailer.bring_start_to(-40)
    assert decisions.complete_past() == 1
    mailer.run()
    assert subjects(sink, booking.guest_email) == ["Confirmed"]
    assert build.row("SELECT status FROM booking")[0] == "completed"
