"""Somebody lets this instance mail a stranger again and again: by booking, moving, registering, asking for passwords or
data, with each face there is. The instance runs with its limits on, behind a proxy that names the client."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.effects.harness import eventually, ics, subjects, words
from tests.live import Live, Person, link_in, running
from tests.services.ical.ics_rules import values
from tests.web.pages import PASSWORD
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.accounts.tokens import NewToken, Scope, create_token
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token

VICTIM = "vera@example.net"
PER_HOUR = 10
MOVES = 12
NEW = {
    "name": "Vera", "email": VICTIM, "password": PASSWORD, "password_confirm": PASSWORD, "time_zone": "Europe/Berlin",
}  # fmt: skip

A_MINUTE_LATER = """
    UPDATE delivery SET due_at = due_at - interval '61 seconds' WHERE status = 'waiting' AND kind NOT LIKE 'reminder.%';
    NOTIFY openslot_outbox
"""
AN_HOUR_LATER = """
    UPDATE delivery SET due_at = due_at - interval '61 minutes', sent_at = sent_at - interval '61 minutes'
    WHERE kind NOT LIKE 'reminder.%';
    UPDATE counted_mail SET counted_at = counted_at - interval '61 minutes';
    NOTIFY openslot_outbox
"""
REMINDERS_COME = """
    UPDATE delivery SET due_at = now() WHERE status = 'waiting' AND kind LIKE 'reminder.%';
    NOTIFY openslot_outbox
"""
# On their way, and those that wait for their minute only if `delayed`. A mail in a worker's hand is due in a minute.
OPEN = """
    SELECT (SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL) + (
        SELECT count(*) FROM delivery WHERE status = 'waiting' AND due_at <= now() + interval '61 seconds'
            AND (:delayed OR kind NOT IN ('booking.rescheduled', 'mails.held'))
    )
"""


@dataclass(frozen=True)
class Town:
    """A running instance, its mails, and its clock."""

    live: Live
    owner: Engine

    def run(self, statements: str) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(statements))

    def settle(self, *, delayed: bool = False) -> None:
        """Until no mail is on its way."""
        with self.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            eventually(lambda: connection.execute(text(OPEN), {"delayed": delayed}).scalar() == 0)

    def later(self, statements: str = A_MINUTE_LATER) -> None:
        self.settle()
        self.run(statements)
        self.settle(delayed=True)

    def mails(self, address: str) -> list[EmailMessage]:
        return [mail.message for mail in self.live.sink.messages if mail.recipients == (address,)]


@pytest.fixture(scope="module")
def limited(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    settings = {"RATE_LIMITS": "on", "TRUSTED_PROXIES": "1", "NEW_HOST_RECIPIENTS_PER_DAY": "3"}
    with MailSink() as sink, running(environment | settings, sink) as live:
        yield live


@pytest.fixture
def town(limited: Live, owner: Engine, clean: None) -> Town:
    limited.sink.clear()
    return Town(limited, owner)


_clients = itertools.count(1)


def somewhere() -> dict[str, str]:
    """The header of a client that nobody has counted yet."""
    number = next(_clients)
    return {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}


def somebody(town: Town) -> Person:
    person = Person(town.live)
    person.session.headers.update(somewhere())
    return person


@pytest.fixture
def booking(town: Town, build: Build) -> BookingView:
    """Somebody has booked Ada with the address of a stranger."""
    ada = build.host(email="ada@example.org", name="Ada Lovelace", slug="ada")
    slots = build.slots(ada, [tomorrow(hour, minute, days=3) for hour in range(8, 15) for minute in (0, 30)])
    return build.booking(slots[0], email=VICTIM)


def other_times(booking: BookingView) -> Iterator[str]:
    """Starts to which it can move, again and again."""
    hours = itertools.cycle(itertools.product(range(9, 15), (0, 30)))
    return (f"{tomorrow(*each, days=3):%Y-%m-%dT%H:%M:%SZ}" for each in hours)


def move(town: Town, app: Flask, booking: BookingView, start: str) -> requests.Response:
    with app.app_context():
        headers = {"X-Manage-Token": manage_token(booking.uid), **somewhere()}
    url = f"{town.live.url}/api/v1/bookings/{booking.uid}/reschedule"
    return requests.post(url, json={"start": start}, headers=headers, timeout=60)


def test_a_guest_cannot_move_a_booking_again_and_again(town: Town, booking: BookingView, app: Flask) -> None:
    answers = [move(town, app, booking, start) for start in itertools.islice(other_times(booking), MOVES)]
    town.later()
    assert len(town.mails(VICTIM)) == 2, f"{len(town.mails(VICTIM))} mails about {MOVES} moves"
    assert [answer.status_code for answer in answers] == [200] * 5 + [409] * (MOVES - 5)
    assert answers[-1].json()["code"] == "too_many_moves"


def test_the_page_refuses_the_sixth_move_in_words(town: Town, booking: BookingView, app: Flask) -> None:
    with app.app_context():
        link = f"{town.live.url}/manage/{manage_token(booking.uid)}"
    person, starts = somebody(town), itertools.islice(other_times(booking), 6)
    answers = [person.submit(f"{link}/reschedule/confirm?start={start}", action="/reschedule") for start in starts]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Try again tomorrow" in answers[-1].text


def test_a_host_who_moves_on_and_on_is_one_mail(town: Town, booking: BookingView, build: Build) -> None:
    token = api_token(town, build, booking.host_id)
    url = f"{town.live.url}/api/v1/bookings/{booking.uid}/reschedule"
    starts = list(itertools.islice(other_times(booking), MOVES))
    for start in starts:
        assert requests.post(url, json={"start": start}, headers=token, timeout=60).status_code == 200
    town.later()
    mails = town.mails(VICTIM)
    assert [str(mail["Subject"]).partition(":")[0] for mail in mails] == ["Confirmed", "New time"]
    event = values(ics(mails[-1]))
    assert event["SEQUENCE"] == str(MOVES)
    assert event["DTSTART"] == starts[-1].replace("-", "").replace(":", "")
    requests.delete(f"{town.live.url}/api/v1/bookings/{booking.uid}", json={}, headers=token, timeout=60)
    eventually(lambda: len(town.mails(VICTIM)) == 3)
    assert values(ics(town.mails(VICTIM)[-1]))["SEQUENCE"] == str(MOVES + 1)


def test_bookings_of_many_hosts_are_ten_mails_and_nothing_is_lost(town: Town, build: Build) -> None:
    hosts = [build.host() for _ in range(6)]
    made = [build.booking(build.slot(host, tomorrow(9 + n, days=3)), email=VICTIM) for host in hosts for n in (0, 2)]
    town.settle()
    assert len(town.mails(VICTIM)) == PER_HOUR - 1, f"{len(town.mails(VICTIM))} mails about {len(made)} bookings"
    build.rows("UPDATE event_type SET title = 'Cheap watches' RETURNING id")
    cancel_as_host(town, build, made[-1])
    town.later()
    assert len(town.mails(VICTIM)) == PER_HOUR
    digest = words(town.mails(VICTIM)[-1])
    assert (digest.count("Confirmed: "), digest.count("Cancelled: ")) == (2, 1)
    assert "watches" not in digest
    page = somebody(town).open(link_in(town.mails(VICTIM)[-1], "/manage/"))
    assert page.status_code == 200
    cancel_as_host(town, build, made[0])
    town.later()
    assert len(town.mails(VICTIM)) == PER_HOUR
    town.later(AN_HOUR_LATER)
    assert len(town.mails(VICTIM)) == PER_HOUR + 1
    assert "Cancelled: " in words(town.mails(VICTIM)[-1])


def test_registering_and_asking_again_and_again_is_ten_mails(town: Town, booking: BookingView) -> None:
    for number in range(5):
        person = somebody(town)
        person.submit("/register", **NEW, slug=f"vera-{number}")
        person.submit("/reset", email=VICTIM)
        person.submit("/privacy", email=VICTIM)
        person.submit("/confirm", email=VICTIM)
    town.settle()
    assert 5 < len(town.mails(VICTIM)) < PER_HOUR
    town.later()
    assert len(town.mails(VICTIM)) <= PER_HOUR


def test_a_new_host_writes_to_few_strangers(town: Town, build: Build) -> None:
    host = build.host()
    build.rows("UPDATE host SET registered_at = now() - interval '1 hour' RETURNING id")
    slots = build.slots(host, [tomorrow(hour, days=3) for hour in range(6, 12)])
    strangers = [build.booking(slot).guest_email for slot in slots]
    town.settle()
    assert [len(town.mails(address)) for address in strangers] == [1, 1, 1, 0, 0, 0]


def test_an_ordinary_booking_gets_its_mails_as_before(town: Town, booking: BookingView, app: Flask) -> None:
    town.settle()
    move(town, app, booking, next(other_times(booking)))
    town.later()
    town.later(REMINDERS_COME)
    with app.app_context():
        link = f"/manage/{manage_token(booking.uid)}"
    assert somebody(town).submit(f"{link}/cancel", action="/cancel", sure="y").status_code == 200
    eventually(lambda: len(town.mails(VICTIM)) >= 4)
    town.settle()
    assert subjects(town.live.sink, VICTIM)[0:2] == ["Confirmed", "New time"]
    assert set(subjects(town.live.sink, VICTIM)[2:-1]) == {"Reminder"}
    assert subjects(town.live.sink, VICTIM)[-1] == "Cancelled"


def api_token(town: Town, build: Build, host_id: int) -> dict[str, str]:
    with build.app.app_context():
        new = NewToken(name="moves", scope=Scope.WRITE, days=None)
        secret = create_token(new, host_id=host_id, actor=host_actor(host_id))
    return {"Authorization": f"Bearer {secret}", **somewhere()}


def cancel_as_host(town: Town, build: Build, booking: BookingView) -> None:
    url = f"{town.live.url}/api/v1/bookings/{booking.uid}"
    answer = requests.delete(url, json={}, headers=api_token(town, build, booking.host_id), timeout=60)
    assert answer.status_code == 204
