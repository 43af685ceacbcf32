"""Mails about bookings that need approval, about places and answers, and after the meeting."""

import json
from collections.abc import Callable
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, ics, words
from tests.services.ical.ics_rules import faults, values
from webapp.domain.actor import Actor, host_actor, manage_link_actor
from webapp.domain.questions import Question
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView
from webapp.words.formats import format_time

NEW_YORK = ZoneInfo("America/New_York")
Mails = Callable[[], tuple[EmailMessage, EmailMessage]]


@pytest.fixture
def mails(mailer: InProcess, sink: MailSink, context: None) -> Mails:
    """Deliver what is due; gives the one new mail to the guest and the one to the host."""

    def deliver() -> tuple[EmailMessage, EmailMessage]:
        sink.clear()
        mailer.run()
        guest, host = sorted(sink.messages, key=lambda mail: mail.recipients[0].startswith("host"))
        return guest.message, host.message

    return deliver


@pytest.fixture
def host(build: Build) -> int:
    host = build.host(name="Ada Host", time_zone="Asia/Tokyo")
    build.event_type(host, requires_confirmation=True)
    return host


@pytest.fixture
def pending(build: Build, host: int) -> BookingView:
    slot = build.slot(host, tomorrow(10, days=3))
    return build.booking(slot, time_zone="America/New_York", locale="en-US", name="Cheap Pills", subject="evil.example")


def has_calendar(mail: EmailMessage) -> bool:
    return any(part.get_content_type() in ("text/calendar", "application/ics") for part in mail.walk())


def test_a_request_is_told_to_both_without_an_invitation(mails: Mails, pending: BookingView) -> None:
    guest, host = mails()
    assert guest["Subject"].startswith("Requested: 30 minutes with Ada Host, ")
    assert "Your request was received" in words(guest)
    assert pending.expires_at
    assert f"Ada Host will answer by {pending.expires_at.astimezone(NEW_YORK):%A}, " in words(guest)
    assert format_time(pending.expires_at, "America/New_York") in words(guest)
    assert words(guest).count("(New York)") == 2  # the meeting and the expiry
    assert "/manage/" in words(guest)
    assert "Cheap" not in words(guest)
    assert "evil" not in words(guest)
    assert "asks for a time with you: accept or decline" in words(host)
    assert words(host).count("Japan Standard Time") == 2
    for page in ("accept", "decline"):
        assert f"http://localhost/bookings/{pending.uid}/{page}" in words(host).split()
    assert not has_calendar(guest)
    assert not has_calendar(host)


def test_a_yes_is_told_with_the_first_invitation(mails: Mails, pending: BookingView) -> None:
    mails()
    decisions.accept(pending.uid, actor=host_actor(pending.host_id))
    guest, host = mails()
    assert "Ada Host confirmed your booking" in words(guest)
    assert "request of Cheap Pills is confirmed" in words(host)
    for mail in (guest, host):
        assert faults(ics(mail), "REQUEST") == []
        assert values(ics(mail))["STATUS"] == "CONFIRMED"


def test_request_and_yes_arrive_in_this_order_and_once(
    mailer: InProcess, sink: MailSink, pending: BookingView, context: None
) -> None:
    decisions.accept(pending.uid, actor=host_actor(pending.host_id))
    mailer.run()
    subjects = [mail.message["Subject"] for mail in sink.messages if mail.recipients == (pending.guest_email,)]
    assert [subject.partition(":")[0] for subject in subjects] == ["Requested", "Confirmed"]
    assert "answers by mail" in words(sink.messages[0].message)  # an expiry would no longer be true


def test_a_no_is_told_with_the_hosts_reason(mails: Mails, pending: BookingView) -> None:
    mails()
    decisions.decline(pending.uid, actor=host_actor(pending.host_id), reason="I am away")
    guest, host = mails()
    assert guest["Subject"].startswith("Declined: ")
    assert "Ada Host cannot take your booking" in words(guest)
    assert "I am away" in words(guest)
    assert f"/{pending.host_slug}/{pending.event_type_slug}" in words(guest)
    assert "/manage/" not in words(guest)
    assert host["Subject"].startswith("Request declined: Cheap Pills")
    assert not has_calendar(guest)
    assert not has_calendar(host)


def test_expiry_is_told_to_both(mails: Mails, mailer: InProcess, pending: BookingView) -> None:
    mails()
    mailer.execute("UPDATE booking SET expires_at = now() - interval '1 minute'")
    assert decisions.expire_pending() == 1
    guest, host = mails()
    assert guest["Subject"].startswith("Not confirmed: ")
    assert "not answered in time" in words(guest)
    assert host["Subject"].startswith("Request expired: ")
    assert "The time is free again." in words(host)
    assert not has_calendar(guest)


@pytest.mark.parametrize("by_host", [True, False])
def test_a_request_that_is_cancelled_takes_nothing_out_of_a_calendar(
    mails: Mails, pending: BookingView, by_host: bool
) -> None:
    mails()
    actor: Actor = host_actor(pending.host_id) if by_host else manage_link_actor(str(pending.uid))
    bookings.cancel(pending.uid, actor=actor, reason="visit evil.example")
    guest, host = mails()
    assert "Your request is cancelled" in words(guest)
    assert ("visit evil.example" in words(guest)) is by_host
    assert host["Subject"].startswith("Request cancelled: ")
    assert not has_calendar(guest)
    assert not has_calendar(host)


def test_a_request_that_is_moved_is_still_words_only(mails: Mails, pending: BookingView, build: Build) -> None:
    mails()
    later = tomorrow(15, days=4)
    build.slot(pending.host_id, later)
    bookings.reschedule(pending.uid, later, actor=manage_link_actor(str(pending.uid)))
    guest, host = mails()
    assert "Your request has a new time" in words(guest)
    assert format_time(later, "America/New_York") in words(guest)
    assert f"{pending.uid}/accept" in words(host)
    assert not has_calendar(guest)
    decisions.accept(pending.uid, actor=host_actor(pending.host_id))
    guest, _ = mails()
    assert values(ics(guest))["SEQUENCE"] == "1"
    assert values(ics(guest))["DTSTART"] == f"{later:%Y%m%dT%H%M%SZ}"


class TestPlace:
    def test_the_hosts_place_is_told_to_both(self, mails: Mails, build: Build) -> None:
        host = build.host()
        build.event_type(host, location_kind="place", location_detail="Blue house, 2nd floor; ring twice")
        build.booking(build.slot(host))
        for mail in mails():
            assert "Where: Blue house, 2nd floor; ring twice" in words(mail)
            assert values(ics(mail))["LOCATION"] == "Blue house\\, 2nd floor\\; ring twice"
            assert faults(ics(mail), "REQUEST") == []

    def test_what_the_guest_typed_is_told_to_the_host_only(self, mails: Mails, build: Build) -> None:
        host = build.host()
        build.event_type(host, location_kind="ask")
        booking = build.booking(build.slot(host), location="Call evil.example")
        build.event_type(host, location_kind="place", location_detail="My office")  # later: nothing changes by it
        guest, to_host = mails()
        assert "evil" not in words(guest) + ics(guest).decode()
        assert "LOCATION" not in values(ics(guest))
        assert "Where: Call evil.example" in words(to_host)
        assert values(ics(to_host))["LOCATION"] == "Call evil.example"
        assert booking.is_guest_location


def test_answers_are_told_to_the_host_only(mails: Mails, build: Build) -> None:
    host = build.host()
    questions = [Question("topic", "What is it about?").as_json()]
    build.row(
        "UPDATE event_type SET questions = CAST(:questions AS jsonb) WHERE host_id = :host AND slug = '30min'"
        " RETURNING id",
        questions=json.dumps(questions),
        host=host,
    )
    build.booking(build.slot(host), answers={"topic": "Visit evil.example"})
    guest, to_host = mails()
    assert "What is it about?: Visit evil.example" in words(to_host)
    assert "evil" not in words(guest)


class TestAfterwards:
    @pytest.fixture
    def over(self, build: Build, mailer: InProcess, context: None) -> BookingView:
        host = build.host(name="Ada Host")
        build.event_type(host, has_follow_up=True)
        booking = build.booking(build.slot(host), name="Cheap Pills")
        mailer.run()
        mailer.bring_start_to(-45)
        return booking

    def test_the_guest_is_thanked_once(self, over: BookingView, mailer: InProcess, sink: MailSink) -> None:
        sink.clear()
        assert decisions.complete_past() == 1
        mailer.run()
        (thanks,) = sink.messages
        assert thanks.recipients == (over.guest_email,)
        assert thanks.message["Subject"].startswith("Thank you: 30 minutes with Ada Host")
        assert f"http://localhost/{over.host_slug}/{over.event_type_slug}" in words(thanks.message)
        assert "Cheap" not in words(thanks.message)
        assert not has_calendar(thanks.message)

    def test_not_where_the_event_type_says_nothing_of_it(
        self, over: BookingView, mailer: InProcess, sink: MailSink, build: Build
    ) -> None:
        build.event_type(over.host_id, has_follow_up=False)
        sink.clear()
        decisions.complete_past()
        mailer.run()
        assert sink.messages == []

    def test_not_when_the_host_notes_that_nobody_came(
        self, over: BookingView, mailer: InProcess, sink: MailSink
    ) -> None:
        sink.clear()
        decisions.complete_past()
        mailer.dispatch()
        decisions.mark_no_show(over.uid, actor=host_actor(over.host_id))
        mailer.run()
        assert sink.messages == []
        assert {row.status for row in mailer.deliveries() if row.kind == "booking.completed"} == {"skipped"}

    def test_not_weeks_later(self, over: BookingView, mailer: InProcess, sink: MailSink) -> None:
        mailer.bring_start_to(-8 * 1440)
        sink.clear()
        decisions.complete_past()
        mailer.run()
        assert sink.messages == []
