"""Mails to guests and hosts: MIME parts, words, time zones, headers."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, ics, part, words
from tests.services.ical.ics_rules import faults, parsed, unfolded, values
from webapp.domain.actor import host_actor, manage_link_actor
from webapp.domain.urls import mailto
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView


@pytest.fixture
def mails(mailer: InProcess, sink: MailSink, context: None) -> Callable[[], tuple[EmailMessage, EmailMessage]]:
    """Deliver what is due; gives the last mail to the guest and the last to the host."""

    def deliver() -> tuple[EmailMessage, EmailMessage]:
        mailer.run()
        by_recipient = {received.recipients[0].partition("@")[0][:4]: received.message for received in sink.messages}
        return by_recipient["gues"], by_recipient["host"]

    return deliver


def booked(build: Build, **given: object) -> BookingView:
    host = build.host(name="Ada Host", time_zone="Asia/Tokyo")
    return build.booking(build.slot(host, tomorrow(10)), **given)


def test_both_get_a_confirmation_with_an_invitation(build: Build, mails: Callable) -> None:
    booking = booked(build)
    for mail, to in zip(mails(), (booking.guest_email, booking.host_email), strict=True):
        assert mail["To"].addresses[0].addr_spec == to
        assert [p.get_content_type() for p in mail.walk()] == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
        ]  # fmt: skip
        calendar, attached = part(mail, "text/calendar"), part(mail, "application/ics")
        assert dict(calendar["Content-Type"].params) == {"method": "REQUEST", "charset": "UTF-8"}
        assert attached.get_filename() == "invite.ics"
        assert attached.get_payload(decode=True) == ics(mail)
        assert faults(ics(mail), "REQUEST") == []
        assert values(ics(mail))["UID"] == f"{booking.uid}@localhost"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"].endswith("@localhost>")


def test_calendars_find_each_invited_by_somebody_else_who_stands_in_the_mail(build: Build, mails: Callable) -> None:
    """Nextcloud's rule: whoever reads is an attendee, a cancellation's first one, and the mail's From or Reply-To is
    the organizer. Outlook, Thunderbird and Nextcloud take nothing from its own organizer."""
    booking = booked(build)
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    for mail in mails():
        lines = [parsed(line) for line in unfolded(ics(mail))]
        reader = mailto(mail["To"].addresses[0].addr_spec)
        organizer = next(line.value for line in lines if line.name == "ORGANIZER")
        senders = {mailto(mail[name].addresses[0].addr_spec) for name in ("From", "Reply-To")}
        assert organizer in senders - {reader}
        assert next(line.value for line in lines if line.name == "ATTENDEE") == reader


def test_each_reads_the_time_in_their_own_named_zone(build: Build, mails: Callable) -> None:
    booked(build, time_zone="Asia/Kolkata", locale="en-US")
    guest, host = mails()
    assert "India Standard Time (Kolkata), GMT+05:30" in words(guest)
    assert "3:30" in words(guest)
    assert "Japan Standard Time" in words(host)
    assert "7:00" in words(host)


def test_each_reads_the_time_in_their_own_format(build: Build, mails: Callable) -> None:
    booked(build, time_zone="Africa/Lagos", locale="de-DE")
    guest, host = mails()
    assert "11:00" in words(guest)
    assert not re.search(r"\d\s?[AP]M\b", words(guest))
    assert "PM" in words(host)


def test_the_guest_gets_the_manage_link_and_the_host_the_booking(build: Build, mails: Callable) -> None:
    booking = booked(build)
    guest, host = mails()
    assert "http://localhost/manage/" in words(guest)
    assert f"http://localhost/bookings/{booking.uid}" in words(host)
    assert "/manage/" not in words(host)
    assert part(guest, "text/html").get_content().count("http://localhost/manage/") == 1


def test_a_stranger_cannot_write_to_the_guest(build: Build, mails: Callable) -> None:
    booked(build, name="Cheap pills", subject="Buy at evil.example", notes="Now, at evil.example")
    guest, host = mails()
    everything = guest.as_string() + "".join(words(guest)) + ics(guest).decode()
    everything += str(part(guest, "text/html").get_content())
    assert "Cheap" not in everything
    assert "evil" not in everything
    assert "Buy at evil.example" in words(host)


def test_markup_in_a_text_stays_text(build: Build, mails: Callable) -> None:
    booked(build, name="<b>Bob</b>", subject="<script>alert(1)</script> {{ 7*7 }}")
    _, host = mails()
    html = part(host, "text/html").get_content()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "{{ 7*7 }}" in html


@pytest.mark.parametrize("name", ["Zażółć Gęślą", "李小龍", "عمر", "Ирина", 'O\'Brien, "Bo" <x@y.z>', "👩🏽‍💻"])
def test_names_in_any_script(build: Build, mails: Callable, name: str) -> None:
    host = build.host(name=name)
    build.booking(build.slot(host), name=name)
    guest, to_host = mails()
    assert to_host["To"].addresses[0].display_name == name
    assert to_host["Reply-To"].addresses[0].display_name == name
    assert name in str(to_host["Subject"])
    assert name in words(guest)


def test_addresses_outside_ascii(build: Build, mailer: InProcess, sink: MailSink) -> None:
    build.booking(build.slot(build.host()), email="josé@exämple.org")
    mailer.run()
    assert {received.recipients[0] for received in sink.messages} >= {"josé@xn--exmple-cua.org"}


def test_a_line_break_that_reached_the_database_reaches_no_header(
    build: Build, mailer: InProcess, mails: Callable
) -> None:
    booked(build)
    mailer.execute("UPDATE booking SET guest_name = E'Eve\\r\\nBcc: all@example.com', subject = E'a\\nX-Evil: 1'")
    mailer.execute("UPDATE host SET name = E'Ada\\nBcc: all@example.com'")
    for mail in mails():
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None
        assert faults(ics(mail), "REQUEST") == []


def test_a_move_is_told_with_both_times(build: Build, mails: Callable) -> None:
    booking = booked(build, locale="de-DE", time_zone="Africa/Abidjan")  # UTC all the year
    build.slot(booking.host_id, tomorrow(15))
    bookings.reschedule(booking.uid, tomorrow(15), actor=host_actor(booking.host_id))
    guest, _ = mails()
    assert "15:00" in words(guest)
    assert "10:00" in words(guest)
    assert values(ics(guest))["SEQUENCE"] == "1"
    assert values(ics(guest))["METHOD"] == "REQUEST"
    assert "new time" in guest["Subject"].lower()


def test_a_cancellation_cancels_in_the_calendar_and_offers_another_time(build: Build, mails: Callable) -> None:
    booking = booked(build)
    mails()
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id), reason="I am ill")
    guest, host = mails()
    for mail in (guest, host):
        assert faults(ics(mail), "CANCEL") == []
        assert part(mail, "text/calendar").get_param("method") == "CANCEL"
        assert values(ics(mail))["SEQUENCE"] == "1"
    assert "I am ill" in words(guest)
    assert f"http://localhost/{booking.host_slug}/{booking.event_type_slug}" in words(guest)
    assert "/manage/" not in words(guest)


def test_the_guests_reason_goes_to_the_host_only(build: Build, mails: Callable) -> None:
    booking = booked(build)
    bookings.cancel(booking.uid, actor=manage_link_actor(str(booking.uid)), reason="visit evil.example")
    guest, host = mails()
    assert "visit evil.example" in words(host)
    assert "evil" not in words(guest)
