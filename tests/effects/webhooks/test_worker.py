"""Webhooks with real worker processes: a receiver that hangs delays no other, and a killed worker loses nothing."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from redis import Redis

from tests.builders import Build, tomorrow
from tests.effects.harness import WorkerProcess, eventually
from tests.effects.servers import OK, Server, answers, never, serving
from tests.effects.webhook_harness import Hooks, booked
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.embedded.valkey import ValkeyService
from webapp.services.bookings import bookings

pytestmark = pytest.mark.usefixtures("local", "context")

Start = Callable[..., WorkerProcess]
ANSWERED = "SELECT attempted_at + duration_ms * interval '1 ms' AS at FROM webhook_attempt WHERE status = 200"
MAILED = "SELECT sent_at AS at FROM delivery WHERE channel = 'mail' AND sent_at IS NOT NULL"
RELAYS = """
    SELECT 1 FROM pg_stat_activity WHERE application_name = 'openslot relay' AND datname = current_database()
"""
THIRTY = [tomorrow(hour, minute, days=day) for day in (1, 2, 3) for hour in range(8, 13) for minute in (0, 30)]


@pytest.fixture
def work(worker: Start) -> Start:
    """Starts a worker that may send to this machine."""
    return lambda *arguments: worker(*arguments, OUTGOING_ALLOWED_RANGES="127.0.0.0/8")


def test_hanging_receivers_delay_neither_mails_nor_others(
    work: Start, hooks: Hooks, receiver: Server, build: Build, sink: MailSink
) -> None:
    with serving(never) as hanging:
        for _ in range(3):
            hooks.make(hanging, "booking.created")
        slots = build.slots(hooks.host_id, [*THIRTY, tomorrow(days=9)])
        build.booking(slots.pop())
        work().wait_until_ready()
        eventually(lambda: len(hanging.arrived) == 3)
        hooks.make(receiver, "booking.created")
        for slot in slots:
            build.booking(slot)
        eventually(lambda: len(receiver.requests) == 30)
        sink.wait_for(62)
        eventually(lambda: hooks.attempts(3) == [200] * 30)
    # All of them on a machine that is not slow; hardly any if those that hang were in the way.
    for done in (ANSWERED, MAILED):
        assert [row.at < first_silence(hooks) for row in hooks.rows(done)].count(True) > 10


def first_silence(hooks: Hooks) -> datetime:
    """When the first request that hangs was given up; it takes ten seconds."""
    given_up = "status IS NULL AND duration_ms > 0"
    ends = hooks.row(f"SELECT min(attempted_at + duration_ms * interval '1 ms') FROM webhook_attempt WHERE {given_up}")
    return ends[0] or datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("known", ["failing_since = now()", "is_slow = true"])
def test_however_many_hang_those_that_answer_are_not_behind_them(
    work: Start, hooks: Hooks, receiver: Server, build: Build, known: str
) -> None:
    with serving(never) as hanging:
        for _ in range(12):
            hooks.make(hanging, "booking.created")
        hooks.execute(f"UPDATE webhook_endpoint SET {known}, lent_until = now() - interval '1 minute'")
        hooks.make(receiver, "booking.created")
        hooks.execute("UPDATE webhook_endpoint SET lent_until = now() WHERE lent_until IS NULL")  # no newcomer's turn
        booked(build, hooks)
        work().wait_until_ready()
        eventually(lambda: 200 in hooks.attempts(12))
        assert hooks.row(ANSWERED).at < first_silence(hooks)


def test_whoever_begins_to_hang_another_host_is_told_at_once(
    work: Start, hooks: Hooks, receiver: Server, build: Build
) -> None:
    """Nothing is known yet of those that hang: they are among the ones that answer, and their turn is first."""
    with serving(never) as hanging:
        for _ in range(12):
            hooks.make(hanging, "booking.created")
        booked(build, hooks)
        work().wait_until_ready()
        eventually(lambda: hanging.arrived)
        other = Hooks(hooks.app, hooks.owner, build.host())
        other.make(receiver, "booking.created")
        booked(build, other)
        eventually(lambda: 200 in other.attempts())
        assert hooks.row(ANSWERED).at < first_silence(hooks)


def test_killed_in_the_middle_of_a_message_it_is_sent_again_with_the_same_id(
    work: Start, hooks: Hooks, build: Build
) -> None:
    behaviours = [never, answers(OK)]

    def hangs_once(connection: socket.socket, request: bytes) -> None:
        (behaviours.pop(0) if len(behaviours) > 1 else behaviours[0])(connection, request)

    with serving(hangs_once) as server:
        hooks.make(server, "booking.created")
        victim = work()
        victim.wait_until_ready()
        booked(build, hooks)
        eventually(lambda: server.requests)
        assert victim.end(signal.SIGKILL) == -signal.SIGKILL
        work().wait_until_ready()
        time.sleep(0.5)
        assert len(server.requests) == 1  # another worker has it in hand, for all anybody knows
        hooks.let_time_pass()
        eventually(lambda: hooks.states() == [("booking.created", "sent")])
        assert server.headers(0)["webhook-id"] == server.headers(1)["webhook-id"]
        assert server.bodies()[0] == server.bodies()[1]
    assert hooks.attempts() == [None, 200]


def test_asked_to_end_it_finishes_the_message_in_hand(work: Start, hooks: Hooks, build: Build) -> None:
    asked_to_end = threading.Event()

    def takes_its_time(connection: socket.socket, request: bytes) -> None:
        asked_to_end.wait()
        answers(OK)(connection, request)

    with serving(takes_its_time) as server:
        hooks.make(server, "booking.created")
        process = work("--roles", "relay", "webhooks")
        process.wait_until_ready()
        booked(build, hooks, 3)
        eventually(lambda: server.requests)
        process.process.terminate()
        eventually(lambda: not hooks.rows(RELAYS))  # it has heard
        asked_to_end.set()
        assert process.process.wait(60) == 0
        assert sorted(state for _, state in hooks.states()) == ["sent", "waiting", "waiting"]
        work().wait_until_ready()
        eventually(lambda: {state for _, state in hooks.states()} == {"sent"})
        assert len(server.requests) == 3


def test_several_workers_send_each_message_once_and_in_order_and_end_when_asked_to(
    work: Start, hooks: Hooks, receiver: Server, build: Build
) -> None:
    for _ in range(2):
        hooks.make(receiver, "booking.created", "booking.cancelled")
    processes = [work("--roles", *roles) for roles in (["relay"], ["relay"], ["webhooks"], ["webhooks"])]
    for process in processes:
        process.wait_until_ready()
    for slot in build.slots(hooks.host_id, THIRTY[:10]):
        bookings.cancel(build.booking(slot).uid, actor=host_actor(hooks.host_id))
    eventually(lambda: len(receiver.requests) == 40)
    time.sleep(0.3)
    ids = [receiver.headers(number)["webhook-id"] for number in range(len(receiver.requests))]
    assert len(set(ids)) == len(ids) == 40
    columns = "webhook_endpoint_id, booking_id, kind, message_id"
    told = hooks.rows(f"SELECT {columns} FROM delivery WHERE channel = 'webhook'")
    place = {(endpoint, booking, kind): ids.index(message_id) for endpoint, booking, kind, message_id in told}
    bookings_told = {key[:2] for key in place}
    assert len(bookings_told) == 20
    assert all(place[*of, "booking.created"] < place[*of, "booking.cancelled"] for of in bookings_told)
    for process in processes:
        process.process.terminate()
    assert [process.process.wait(60) for process in processes] == [0] * 4


def test_a_queue_that_forgets_its_jobs_loses_no_message(
    work: Start, hooks: Hooks, receiver: Server, build: Build, valkey: ValkeyService
) -> None:
    hooks.make(receiver, "booking.created")
    relay = work("--roles", "relay")
    relay.wait_until_ready()
    booked(build, hooks)
    eventually(lambda: hooks.row().lent_until is not None)
    relay.end(signal.SIGKILL)
    Redis.from_url(valkey.url).flushall()
    hooks.let_time_pass()
    work("--roles", "relay", "webhooks").wait_until_ready()
    eventually(lambda: hooks.states() == [("booking.created", "sent")])
    assert len(receiver.requests) == 1
