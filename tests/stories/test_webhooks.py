"""A program subscribes through the API and receives events, with a real receiver, worker and guest."""

import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import requests

from tests.builders import Build, tomorrow
from tests.live import Live, Person, link_in
from tests.receiver import Message, Receiver, receiving
from webapp.core.config import PROJECT_DIR
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, create_token
from webapp.services.shared.outbox import CHANNEL

sys.path.insert(0, str(PROJECT_DIR / "docs" / "examples"))
from openslot import verify  # what the guide gives to receivers

BOOKING_EVENTS = ["booking.created", "booking.confirmed", "booking.rescheduled", "booking.cancelled"]
GUEST = {"name": "Gita Guest", "email": "gita@example.net", "subject": "First meeting", "time_zone": "Europe/Lisbon"}


class Program:
    """Ada's program: calls the API."""

    def __init__(self, live: Live, token: str) -> None:
        self.base = f"{live.url}/api/v1"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, self.base + path, json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def program(live: Live, host: int, build: Build) -> Program:
    with build.app.app_context():
        return Program(live, create_token(NewToken(name="tests"), host_id=host, actor=host_actor(host)))


def book(live: Live, build: Build, host: int, hour: int = 10) -> Any:
    """A guest's program books by HTTP; gives the booking with its manage token."""
    slot = build.slot(host, tomorrow(hour))
    answer = requests.post(f"{live.url}/api/v1/bookings", json=GUEST | {"slot_id": str(slot.public_id)}, timeout=60)
    assert answer.status_code == 201
    return answer.json()


def assert_signed(message: Message, secret: str) -> None:
    assert verify(secret, message.headers, message.body)
    assert not verify(secret, message.headers, message.body + b" ")
    assert not verify(secret, message.headers | {"webhook-id": "msg_another"}, message.body)
    older = str(int(message.headers["webhook-timestamp"]) - 400)
    assert not verify(secret, message.headers | {"webhook-timestamp": older}, message.body)


def test_a_program_is_told_of_a_booking_from_first_to_last(
    live: Live, host: int, program: Program, receiver: Receiver, build: Build
) -> None:
    secret = program.call("POST", "/webhooks", {"url": receiver.url, "events": BOOKING_EVENTS})["secret"]
    # When a guest books
    booking = book(live, build, host)
    created, confirmed = receiver.wait_for(2)
    # then the program is told, in order, what the API would tell it
    assert (created.type, confirmed.type) == ("booking.created", "booking.confirmed")
    token = booking.pop("manage_token")
    assert created.json["data"] == confirmed.json["data"] == booking
    assert created.id != confirmed.id
    # and when the guest moves and cancels
    start = build.slot(host, tomorrow(14)).start
    proof = {"X-Manage-Token": token}
    url = f"{live.url}/api/v1/bookings/{booking['id']}"
    moved = requests.post(f"{url}/reschedule", json={"start": f"{start:%Y-%m-%dT%H:%M:%SZ}"}, headers=proof, timeout=60)
    assert moved.status_code == 200
    assert receiver.wait_for(3)[2].json["data"] == moved.json()
    assert requests.delete(url, json={"reason": "Ill"}, headers=proof, timeout=60).status_code == 204
    messages = receiver.wait_for(4)
    assert [message.type for message in messages] == BOOKING_EVENTS
    assert messages[3].json["data"] == program.call("GET", f"/bookings/{booking['id']}")
    assert messages[3].json["data"]["cancel_reason"] == "Ill"
    for message in messages:
        assert_signed(message, secret)
        assert token.encode() not in message.body


def test_what_fails_is_sent_again_and_each_attempt_is_shown(
    live: Live, host: int, program: Program, receiver: Receiver, person: Callable[[], Person], build: Build
) -> None:
    receiver.answers += [500, 503]
    new = {"url": receiver.url, "events": ["booking.created"], "description": "Billing"}
    webhook = program.call("POST", "/webhooks", new)["id"]
    book(live, build, host)
    receiver.wait_for(1)
    # The pauses between tries are long; they are cut short here.
    for tries in (2, 3):
        hurry(build, tries - 1)
        receiver.wait_for(tries)
    assert len({message.id for message in receiver.messages}) == 1
    assert len({message.body for message in receiver.messages}) == 1
    delivery = eventually(program, webhook, "sent")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 503, 204]
    assert all(attempt["duration_ms"] >= 0 for attempt in delivery["attempts"])
    ada = person()
    ada.log_in("ada@example.org")
    page = unescape(ada.open(f"/settings/webhooks/{webhook}").text)
    assert all(f"answered {status}" in page for status in (500, 503, 204))
    # Sending it again from the page gives the same message with the same id.
    answer = ada.submit(f"/settings/webhooks/{webhook}", action="/send-again")
    assert answer.status_code == 200
    again = receiver.wait_for(4)[3]
    assert (again.id, again.body) == (delivery["id"], receiver.messages[0].body)
    assert len(eventually(program, webhook, "sent")["attempts"]) == 4
    # And so does the API.
    program.call("POST", f"/webhooks/{webhook}/deliveries/{delivery['id']}/redeliver")
    assert receiver.wait_for(5)[4].id == delivery["id"]


def test_a_host_makes_and_tries_a_webhook_without_scripts(
    live: Live, host: int, receiver: Receiver, person: Callable[[], Person]
) -> None:
    ada = person()
    ada.log_in("ada@example.org")
    page = ada.submit("/settings/webhooks", action="/settings/webhooks", url=receiver.url, events="slot.published")
    secret = unescape(page.text.partition('id="secret"')[2].partition('value="')[2].partition('"')[0])
    action = page.text.partition('action="/settings/webhooks/')[2].partition("/test")[0]
    shown = ada.submit(f"/settings/webhooks/{action}", action="/test")
    assert "webhook.test" in shown.text
    message = receiver.wait_for(1)[0]
    assert message.json["data"] == {"webhook": action}
    assert_signed(message, secret)


def test_a_new_secret_signs_and_the_old_one_for_a_day(
    live: Live, host: int, program: Program, receiver: Receiver, person: Callable[[], Person], build: Build
) -> None:
    made = program.call("POST", "/webhooks", {"url": receiver.url, "events": ["slot.published"]})
    ada = person()
    ada.log_in("ada@example.org")
    page = ada.submit(f"/settings/webhooks/{made['id']}/secret", action="/secret")
    secret = unescape(page.text.partition('id="secret"')[2].partition('value="')[2].partition('"')[0])
    program.call("POST", f"/webhooks/{made['id']}/test")
    message = receiver.wait_for(1)[0]
    assert_signed(message, secret)
    assert verify(made["secret"], message.headers, message.body)
    build.row("UPDATE webhook_endpoint SET old_secret_until = old_secret_until - interval '1 day' RETURNING id")
    program.call("POST", f"/webhooks/{made['id']}/test")
    message = receiver.wait_for(2)[1]
    assert_signed(message, secret)
    assert not verify(made["secret"], message.headers, message.body)


def test_one_that_answers_gone_is_switched_off_and_its_host_told(
    live: Live, host: int, program: Program, receiver: Receiver, person: Callable[[], Person], build: Build
) -> None:
    receiver.answers += [410]
    webhook = program.call("POST", "/webhooks", {"url": receiver.url, "events": ["booking.created"]})["id"]
    book(live, build, host)
    letters = live.mails_to("ada@example.org", count=2)  # of the booking, and this one
    links = [letter for letter in letters if "/settings/webhooks" in letter.get_body(("plain",)).get_content()]
    ada = person()
    ada.log_in("ada@example.org")
    page = ada.open(link_in(links[0], "/settings/webhooks")).text
    assert "Switched off by Openslot" in page
    assert "410" in ada.open(f"/settings/webhooks/{webhook}").text
    ada.submit(f"/settings/webhooks/{webhook}", action="/switch-on")
    book(live, build, host, hour=12)
    assert receiver.wait_for(2)[1].type == "booking.created"


def hurry(build: Build, tries: int) -> None:
    """What was tried so often and refused is due at once."""
    until = time.monotonic() + 120
    due = "UPDATE delivery SET due_at = now() WHERE channel = 'webhook' AND attempts = :tries AND due_at > now()"
    answered = " AND id IN (SELECT delivery_id FROM webhook_attempt GROUP BY 1 HAVING count(status) = :tries)"
    while not build.rows(f"{due}{answered} RETURNING pg_notify(:channel, '')", tries=tries, channel=CHANNEL):
        assert time.monotonic() < until, "the refusal was not noted"
        time.sleep(0.05)


def eventually(program: Program, webhook: str, status: str) -> Any:
    """The only delivery of a webhook, as soon as it has this status."""
    until = time.monotonic() + 120
    while True:
        found = program.call("GET", f"/webhooks/{webhook}/deliveries")["data"]
        if found and found[0]["status"] == status:
            assert len(found) == 1
            return found[0]
        assert time.monotonic() < until, found
        time.sleep(0.05)
