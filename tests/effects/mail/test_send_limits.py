"""Mails to an address that has never confirmed anything: counted, held back, and told in a digest."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, last_mail, subjects, words
from tests.services.threads import at_once
from webapp.core.config.tables import QuotaSettings
from webapp.core.db import session, transaction
from webapp.core.extensions import booking_quotas
from webapp.domain.actor import SYSTEM, host_actor
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.services.addresses.blocked import block_address
from webapp.services.addresses.confirmed import confirm_address
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.mail.digests import HELD, forget_counted_mails
from webapp.services.mail.limits import TOO_MANY_GUESTS, lease_mails
from webapp.services.mail.reports import delivery_states, mail_figures, replay
from webapp.services.privacy.erase import erase_address
from webapp.services.privacy.guests import ask_for_data
from webapp.services.shared.links import confirm_booking_url, manage_url, not_me_url

pytestmark = pytest.mark.usefixtures("limits_on")
VERA = "vera@example.net"
COUNTED = "SELECT count(*) FROM counted_mail WHERE digest_id IS NULL"
Book = Callable[..., BookingView]


@pytest.fixture
def book(build: Build, host: int, mailer: InProcess, context: None) -> Book:
    """Somebody books with Vera's address, each time another slot of the host."""
    slots = iter(build.slots(host, [tomorrow(hour, minute) for hour in range(1, 23) for minute in (0, 30)]))
    return lambda email=VERA: build.booking(next(slots), email=email)


def let_hours_pass(mailer: InProcess, hours: float) -> None:
    for column, table in (("counted_at", "counted_mail"), ("due_at", "delivery"), ("sent_at", "delivery")):
        mailer.execute(f"UPDATE {table} SET {column} = {column} - interval '{hours} hours' WHERE {NO_REMINDER[table]}")
    mailer.run()


NO_REMINDER = {"counted_mail": "true", "delivery": "kind NOT LIKE 'reminder.%'"}
A_MINUTE = 61 / 3600


def test_nine_mails_in_an_hour_and_then_one_digest(book: Book, mailer: InProcess, sink: MailSink) -> None:
    made = [book() for _ in range(12)]
    mailer.run()
    assert subjects(sink, VERA) == ["Confirmed"] * 9
    bookings.cancel(made[10].uid, actor=host_actor(made[10].host_id))
    let_hours_pass(mailer, A_MINUTE)
    assert len(subjects(sink, VERA)) == 10
    text = words(last_mail(sink, VERA))
    assert text.startswith("How things stand now")
    assert [manage_url(booking.uid) in text for booking in made] == [False] * 9 + [True] * 3
    assert (text.count("Confirmed: "), text.count("Cancelled: ")) == (2, 1)
    let_hours_pass(mailer, A_MINUTE)
    assert len(subjects(sink, VERA)) == 10
    assert len(subjects(sink, made[0].host_email)) == 13  # a confirmed account is not limited


def test_nothing_that_a_person_wrote_is_in_a_digest(
    build: Build, book: Book, host: int, mailer: InProcess, sink: MailSink
) -> None:
    build.rows("UPDATE event_type SET title = 'Cheap watches' RETURNING id")
    build.rows("UPDATE host SET name = 'Watch Seller', slug = 'watches' RETURNING id")
    for _ in range(10):
        booking = book()
    bookings.cancel(booking.uid, actor=host_actor(host), reason="Buy watches")
    mailer.run()
    let_hours_pass(mailer, A_MINUTE)
    text = last_mail(sink, VERA).as_string()
    assert "watch" not in text.lower()
    assert "Gita" not in text


def test_what_happens_later_is_in_the_digest_that_waits(book: Book, mailer: InProcess, sink: MailSink) -> None:
    for _ in range(10):
        book()
    mailer.run()
    let_hours_pass(mailer, A_MINUTE)
    waiting = book()  # the first digest was just sent: the next one waits for an hour
    mailer.run()
    bookings.cancel(waiting.uid, actor=host_actor(waiting.host_id))
    mailer.run()
    assert len(subjects(sink, VERA)) == 10
    let_hours_pass(mailer, 1)
    assert len(subjects(sink, VERA)) == 11
    assert "Cancelled: " in words(last_mail(sink, VERA))
    assert manage_url(waiting.uid) in words(last_mail(sink, VERA))


def test_an_hour_later_there_is_room_again(book: Book, mailer: InProcess, sink: MailSink) -> None:
    for _ in range(9):
        book()
    mailer.run()
    let_hours_pass(mailer, 1)
    book()
    mailer.run()
    assert subjects(sink, VERA) == ["Confirmed"] * 10


def test_a_confirmed_address_gets_every_mail(book: Book, mailer: InProcess, sink: MailSink) -> None:
    with transaction() as current:
        confirm_address(current, VERA)
    for _ in range(12):
        book()
    mailer.run()
    assert subjects(sink, VERA) == ["Confirmed"] * 12
    assert session().connection().exec_driver_sql("SELECT count(*) FROM counted_mail").scalar() == 0


def test_another_spelling_or_tag_is_the_same_mailbox(book: Book, mailer: InProcess, sink: MailSink) -> None:
    spellings = ["Vera@example.net", "vera+1@example.net", "vera+2@Example.NET"]
    for number in range(12):
        book(spellings[number % 3])
    mailer.run()
    assert len(sink.messages) == 9 + 12


def test_a_digest_tells_an_address_nothing_of_its_other_tags(book: Book, mailer: InProcess, sink: MailSink) -> None:
    """Where tags are unknown, they are different people."""
    for _ in range(9):
        book()
    tagged, plain = book("vera+1@example.net"), book()
    mailer.run()
    for _ in range(3):
        let_hours_pass(mailer, 1)
    assert manage_url(tagged.uid) in words(last_mail(sink, "vera+1@example.net"))
    assert manage_url(plain.uid) not in words(last_mail(sink, "vera+1@example.net"))
    assert manage_url(plain.uid) in words(last_mail(sink, VERA))


def test_a_digest_has_the_link_that_ends_such_mails(book: Book, mailer: InProcess, sink: MailSink) -> None:
    made = [book() for _ in range(11)]
    mailer.run()
    let_hours_pass(mailer, A_MINUTE)
    text = words(last_mail(sink, VERA))
    assert text.count("I did not book this: ") == 1
    assert any(not_me_url(booking.uid) in text for booking in made)


def test_a_digest_is_silent_about_hosts_whose_mails_are_not_wanted(
    book: Book, mailer: InProcess, sink: MailSink
) -> None:
    made = [book() for _ in range(11)]
    mailer.run()
    with transaction() as current:
        block_address(current, made[0].host_id, VERA)
    let_hours_pass(mailer, A_MINUTE)
    assert subjects(sink, VERA) == ["Confirmed"] * 9


def test_the_host_sees_which_mails_were_held(book: Book, mailer: InProcess) -> None:
    made = [book() for _ in range(10)]
    mailer.run()
    states = delivery_states(session(), made[-1].id)
    held = [(state.recipient, str(state.status), state.last_error) for state in states if not state.is_planned]
    assert held == [("guest", "skipped", HELD), ("host", "sent", None)]


def test_a_digest_that_waits_for_its_hour_is_no_backlog(book: Book, mailer: InProcess) -> None:
    for _ in range(10):
        book()
    mailer.run()
    assert mail_figures(session()).backlog == 0


def test_mails_to_two_relays_are_counted_together(app: Flask, book: Book, mailer: InProcess, sink: MailSink) -> None:
    for _ in range(20):
        book()
    mailer.dispatch()

    def relay() -> None:
        for _ in range(10):
            with transaction() as current:
                lease_mails(current, limit=3)

    assert at_once(app, relay, relay, relay) == []
    assert session().connection().exec_driver_sql(COUNTED).scalar() == 9


def test_retries_count_as_one_mail(book: Book, mailer: InProcess, sink: MailSink) -> None:
    sink.fault = Fault.TEMPORARY
    for _ in range(5):
        book()
    mailer.run()
    for _ in range(3):
        mailer.let_time_pass()
        mailer.run()
    sink.fault = Fault.NONE
    mailer.let_time_pass()
    mailer.run()
    assert subjects(sink, VERA) == ["Confirmed"] * 5


def test_after_an_outage_of_hours_there_is_no_flood(book: Book, mailer: InProcess, sink: MailSink) -> None:
    sink.fault = Fault.TEMPORARY
    for _ in range(3):
        for _ in range(6):
            book()
        mailer.run()
        let_hours_pass(mailer, 1)
    sink.fault = Fault.NONE
    for _ in range(3):
        mailer.let_time_pass()
        mailer.run()
    assert len(subjects(sink, VERA)) <= 10


def test_a_held_mail_that_an_admin_sends_again_counts_again(book: Book, mailer: InProcess, sink: MailSink) -> None:
    made = [book() for _ in range(10)]
    mailer.run()
    held = [state.id for state in delivery_states(session(), made[-1].id) if state.last_error == HELD]
    for hours, sent in ((0, 9), (1.1, 10)):
        let_hours_pass(mailer, hours)
        replay(held, actor=SYSTEM)
        mailer.run()
        assert subjects(sink, VERA).count("Confirmed") == sent


def test_mails_about_an_account_and_data_count_too(
    build: Build, book: Book, host: int, mailer: InProcess, sink: MailSink
) -> None:
    vera = build.host(email=VERA, confirmed=False)
    book()
    for _ in range(8):
        build.rows(
            "INSERT INTO outbox_event (kind, host_id) VALUES ('account.confirm', :host_id) RETURNING id", host_id=vera
        )
        ask_for_data(VERA)
    mailer.run()
    assert len(subjects(sink, VERA)) == 9
    let_hours_pass(mailer, A_MINUTE)
    text = words(last_mail(sink, VERA))
    assert "an account with this address" in text
    assert "/privacy" in text
    assert "/login" in text


def test_erasing_a_guest_leaves_no_count_and_no_digest(book: Book, mailer: InProcess, sink: MailSink) -> None:
    for _ in range(11):
        book()
    mailer.run()
    erase_address(VERA)
    let_hours_pass(mailer, A_MINUTE)
    assert session().connection().exec_driver_sql("SELECT count(*) FROM counted_mail").scalar() == 0
    assert len(subjects(sink, VERA)) == 9


def test_counts_go_after_two_days_but_not_what_a_digest_has_yet_to_tell(book: Book, mailer: InProcess) -> None:
    for _ in range(11):
        book()
    mailer.run()
    mailer.execute("UPDATE counted_mail SET counted_at = counted_at - interval '3 days'")
    left = []
    for _ in range(2):
        with transaction() as current:
            forget_counted_mails(current)
        left.append(session().connection().exec_driver_sql("SELECT count(*) FROM counted_mail").scalar())
        session().rollback()
        let_hours_pass(mailer, A_MINUTE)
    assert left == [2, 0]


def register(mailer: InProcess, *, days_ago: int) -> None:
    """The host registered by themselves. Only now: guests of a new host would have to confirm by mail first."""
    mailer.execute(f"UPDATE host SET registered_at = now() - interval '{days_ago} days'")


def test_a_digest_has_the_link_to_confirm_what_the_guest_has_not(
    build: Build, book: Book, mailer: InProcess, sink: MailSink
) -> None:
    for _ in range(9):
        book()
    build.rows("UPDATE event_type SET requires_mail_confirmation = true RETURNING id")
    held = book()
    mailer.run()
    let_hours_pass(mailer, A_MINUTE)
    text = words(last_mail(sink, VERA))
    assert "Not confirmed by you yet: " in text
    assert confirm_booking_url(held.uid) in text


class TestNewHost:
    @pytest.fixture(autouse=True)
    def limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A new host may write to three guests a day."""
        monkeypatch.setattr(booking_quotas, "limits", QuotaSettings(0, 0, 0, new_host_guests=3))

    def test_further_guests_wait_until_there_is_room(self, book: Book, mailer: InProcess, sink: MailSink) -> None:
        made = [book(f"guest-{number}@example.net") for number in range(5)]
        register(mailer, days_ago=1)
        mailer.run()
        assert [len(subjects(sink, booking.guest_email)) for booking in made] == [1, 1, 1, 0, 0]
        last = delivery_states(session(), made[-1].id)[0]
        assert (str(last.status), last.last_error) == ("waiting", TOO_MANY_GUESTS)
        bookings.cancel(made[0].uid, actor=host_actor(made[0].host_id))
        let_hours_pass(mailer, 2)
        assert [len(subjects(sink, booking.guest_email)) for booking in made] == [2, 1, 1, 0, 0]
        let_hours_pass(mailer, 24)
        assert [len(subjects(sink, booking.guest_email)) for booking in made] == [2, 1, 1, 1, 1]

    def test_confirmed_guests_count_too(self, book: Book, mailer: InProcess, sink: MailSink) -> None:
        made = []
        for number in range(4):
            with transaction() as current:
                confirm_address(current, f"guest-{number}@example.net")
            made.append(book(f"guest-{number}@example.net"))
        register(mailer, days_ago=1)
        mailer.run()
        assert [len(subjects(sink, booking.guest_email)) for booking in made] == [1, 1, 1, 0]

    def test_a_trusted_host_writes_to_all(self, book: Book, mailer: InProcess, sink: MailSink) -> None:
        register(mailer, days_ago=8)
        made = [book(f"guest-{number}@example.net") for number in range(5)]
        mailer.run()
        assert [len(subjects(sink, booking.guest_email)) for booking in made] == [1] * 5


def test_the_first_reminder_of_many_counts_as_any_mail(book: Book, mailer: InProcess, sink: MailSink) -> None:
    for _ in range(9):
        book()
    mailer.run()
    mailer.let_reminders_come("reminder.1440")
    mailer.run()
    assert len(subjects(sink, VERA)) == 9
    let_hours_pass(mailer, A_MINUTE)
    assert words(last_mail(sink, VERA)).count("Confirmed: ") >= 1
