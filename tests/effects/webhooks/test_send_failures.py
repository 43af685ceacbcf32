"""Webhooks that refuse messages or hang: retries, and pauses for the endpoint."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import Build, tomorrow
from tests.effects.servers import OK, Server, answers, drips, never, serving, status
from tests.effects.webhook_harness import Hooks, booked, messages, types
from webapp.domain.actor import host_actor
from webapp.domain.errors import NotFound
from webapp.effects import retries
from webapp.effects.webhooks import jobs, requests, send
from webapp.services.bookings import bookings
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import WebhookChange
from webapp.services.webhooks.history import redeliver

pytestmark = pytest.mark.usefixtures("local", "context")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes ten seconds takes a moment."""
    given = requests.post.__kwdefaults__ | {"seconds": 1.0}
    monkeypatch.setattr(requests.post, "__kwdefaults__", given)


def test_what_is_refused_is_tried_again_with_the_same_id_until_it_is_taken(hooks: Hooks, build: Build) -> None:
    with serving(status(500, 503, 302, 200)) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks)
        hooks.run()
        assert hooks.row().failing_since is not None
        assert hooks.states() == [("booking.created", "waiting")]
        for _ in range(3):
            assert hooks.work() == 0  # not before its time
            hooks.let_time_pass()
            hooks.run()
    assert hooks.states() == [("booking.created", "sent")]
    assert hooks.attempts() == [500, 503, 302, 200]
    assert len({server.headers(number)["webhook-id"] for number in range(4)}) == 1
    assert hooks.row().failing_since is None


def test_the_pauses_grow_and_end_after_a_day() -> None:
    pauses = [retries.pause_after(tries) for tries in range(1, retries.TRIES + 1)]
    assert pauses[-1] is None
    total = sum((pause for pause in pauses if pause), timedelta())
    assert timedelta(hours=23) < total < timedelta(hours=26)


def test_after_the_last_try_it_is_dead_and_can_be_sent_again(hooks: Hooks, build: Build) -> None:
    with serving(status(500, 500, 200)) as server:
        made = hooks.make(server, "booking.created").webhook
        booked(build, hooks)
        hooks.run()
        hooks.execute("UPDATE delivery SET attempts = :tries WHERE channel = 'webhook'", tries=retries.TRIES - 1)
        hooks.let_time_pass()
        hooks.run()
        assert hooks.states() == [("booking.created", "dead")]
        hooks.let_time_pass()
        hooks.run()
        assert len(server.requests) == 2
        redeliver(made.public_id, hooks.deliveries()[0].id, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
        hooks.run()
    assert hooks.states() == [("booking.created", "sent")]
    assert hooks.attempts() == [500, 500, 200]


def test_what_was_sent_can_be_sent_again_with_the_same_id(hooks: Hooks, receiver: Server, build: Build) -> None:
    made = hooks.make(receiver).webhook
    (booking,) = booked(build, hooks)
    bookings.cancel(booking.uid, actor=host_actor(hooks.host_id))
    hooks.run()
    first = hooks.deliveries()[1]
    redeliver(made.public_id, first.id, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
    hooks.run()
    assert types(receiver)[1:] == ["booking.created", "booking.confirmed", "booking.cancelled", "booking.created"]
    assert receiver.headers()["webhook-id"] == receiver.headers(1)["webhook-id"] == first.id
    assert len(hooks.deliveries()[1].attempts) == 2
    with pytest.raises(NotFound):
        redeliver(made.public_id, "msg_unknown", host_id=hooks.host_id, actor=host_actor(hooks.host_id))


def test_mails_cannot_be_sent_again_as_webhooks(hooks: Hooks, receiver: Server, build: Build) -> None:
    made = hooks.make(receiver, "slot.published").webhook
    booked(build, hooks)
    hooks.run()
    mail = hooks.row("SELECT message_id FROM delivery WHERE channel = 'mail' LIMIT 1").message_id
    with pytest.raises(NotFound):
        redeliver(made.public_id, mail, host_id=hooks.host_id, actor=host_actor(hooks.host_id))


def test_of_one_booking_later_events_wait_and_others_pass(hooks: Hooks, build: Build) -> None:
    def refuses_the_first(connection: Any, request: bytes) -> None:
        code = 500 if str(first.uid).encode() in request and len(seen) < 2 else 200
        seen.append(code)
        status(code)(connection, request)

    seen: list[int] = []
    first, second = booked(build, hooks, 2)
    with serving(refuses_the_first) as server:
        hooks.make(server)
        bookings.cancel(first.uid, actor=host_actor(hooks.host_id))
        bookings.cancel(second.uid, actor=host_actor(hooks.host_id))
        hooks.execute("UPDATE outbox_event SET dispatched_at = NULL")
        hooks.run()
        assert [(one["type"], one["data"]["id"]) for one in messages(server)] == [
            ("booking.created", str(first.uid)),
            ("booking.created", str(second.uid)),
            ("booking.confirmed", str(second.uid)),
            ("booking.cancelled", str(second.uid)),
        ]
        hooks.let_time_pass()
        hooks.run()
    assert types(server)[4:] == ["booking.created", "booking.confirmed", "booking.cancelled"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behaviour", [never, drips])
def test_after_no_answer_the_others_wait_without_a_try(hooks: Hooks, build: Build, behaviour: Any) -> None:
    with serving(behaviour) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 3)
        hooks.run()
        assert len(server.arrived) == 1
        assert hooks.attempts() == [None]
        assert 1000 <= hooks.deliveries()[0].attempts[0].duration_ms < 9000
        assert [state for _, state in hooks.states()] == ["waiting"] * 3
        booked_later = build.booking(build.slot(hooks.host_id, tomorrow(12, days=5)))
        hooks.run()
        assert (len(server.arrived), booked_later.is_active) == (1, True)
        hooks.let_time_pass()
        hooks.run()
        assert len(server.arrived) == 2
    hooks.execute("UPDATE delivery SET attempts = 0")
    with serving(answers(OK)) as server:
        hooks.execute("UPDATE webhook_endpoint SET url = :url", url=server.url)
        hooks.let_time_pass()
        hooks.run()
        assert len(server.requests) == 4
    assert {state for _, state in hooks.states()} == {"sent"}


def test_who_takes_long_has_no_second_message_in_the_same_job_and_is_kept_apart(
    hooks: Hooks, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a receiver that takes every message, each in nine seconds, would be ahead of others for as long as it
    likes."""
    now, pauses = 0.0, [9.0, 9.0, 0.0, 0.0]
    for module in (send, jobs):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now, time=time.time))

    def takes_its_time(connection: Any, _request: bytes) -> None:
        nonlocal now
        now += pauses.pop(0)
        connection.sendall(OK)

    with serving(takes_its_time) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 4)
        hooks.dispatch()
        for arrived, is_slow in ((1, True), (2, True), (4, False)):
            assert hooks.work() == 1
            assert (len(server.arrived), hooks.row().is_slow) == (arrived, is_slow)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("message", ["event", "test"])
def test_who_hangs_is_kept_apart(hooks: Hooks, build: Build, monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    monkeypatch.setattr(send, "SLOW", 0.1)
    with serving(never) as server:
        hooks.make(server, "booking.created")
        if message == "test":
            hooks.send_test()
        else:
            booked(build, hooks)
        hooks.run()
    assert (hooks.attempts(), hooks.row().is_slow) == ([None], True)


@pytest.mark.usefixtures("impatient")
def test_the_host_is_told_no_reason_and_the_operator_no_secret(
    hooks: Hooks, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(never) as server:
        made = hooks.make(server, "booking.created").webhook
        change = WebhookChange(url=f"{server.url}/secretpath?token=secretquery")
        endpoints.change_webhook(made.public_id, change, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
        booked(build, hooks)
        hooks.run()
    assert "took too long" in caplog.text
    assert "secret" not in caplog.text
    assert hooks.row("SELECT last_error FROM delivery WHERE channel = 'webhook'").last_error == "no answer"


def test_a_private_address_is_no_answer_like_any_other(
    hooks: Hooks, build: Build, receiver: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks.make(receiver, "booking.created")
    booked(build, hooks)
    monkeypatch.setattr(send.outgoing_ranges, "allowed", ())
    hooks.run()
    assert receiver.arrived == []
    assert hooks.attempts() == [None]
    assert hooks.row("SELECT last_error FROM delivery WHERE channel = 'webhook'").last_error == "no answer"


def test_a_test_is_tried_once_and_says_nothing_about_the_webhook(hooks: Hooks) -> None:
    with serving(status(500)) as server:
        hooks.make(server)
        hooks.send_test()
        hooks.run()
        hooks.let_time_pass()
        hooks.run()
        assert len(server.requests) == 1
    assert hooks.states() == [("webhook.test", "dead")]
    assert (hooks.row().is_active, hooks.row().failing_since) == (True, None)


def test_a_message_that_cannot_be_written_stops_no_other(
    hooks: Hooks, receiver: Server, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_once(session: Any, message: Any) -> bytes | None:
        monkeypatch.setattr(send, "message_body", whole)
        raise RuntimeError("broken")

    whole = send.message_body
    monkeypatch.setattr(send, "message_body", fails_once)
    hooks.make(receiver, "booking.created")
    booked(build, hooks, 2)
    hooks.run()
    assert [state for _, state in hooks.states()] == ["waiting", "sent"]
    hooks.let_time_pass()
    hooks.run()
    assert [state for _, state in hooks.states()] == ["sent", "sent"]
