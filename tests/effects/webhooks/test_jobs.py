"""Leases of webhooks: one job at a time, webhooks in turn; and webhooks that change during a job."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.builders import Build
from tests.effects.harness import lose_connections
from tests.effects.servers import Server, serving, status
from tests.effects.webhook_harness import Hooks, booked
from webapp.core.db import transaction
from webapp.core.extensions import db
from webapp.domain.actor import host_actor
from webapp.effects import clock
from webapp.effects.webhooks import jobs, send
from webapp.services.bookings import bookings
from webapp.services.shared.outbox import CHANNEL
from webapp.services.webhooks import leases
from webapp.services.webhooks.leases import MOST_OF_A_HOST, EndpointLease, end_lease, lease_endpoints

pytestmark = pytest.mark.usefixtures("local", "context")


def test_no_connection_of_the_pool_waits_for_the_receiver(hooks: Hooks, build: Build) -> None:
    def looks(connection: Any, request: bytes) -> None:
        with hooks.app.app_context():
            in_use.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        status(200)(connection, request)

    in_use: list[int] = []
    with serving(looks) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 2)
        hooks.run()
    assert in_use == [0, 0]


def test_switched_off_while_it_is_being_sent_it_has_arrived(hooks: Hooks, build: Build) -> None:
    def switches_off(connection: Any, request: bytes) -> None:
        hooks.execute("UPDATE webhook_endpoint SET is_active = false")
        hooks.execute("UPDATE delivery SET status = 'skipped' WHERE channel = 'webhook'")
        status(200)(connection, request)

    with serving(switches_off) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 2)
        hooks.run()
        assert len(server.requests) == 1
    assert [state for _, state in hooks.states()] == ["sent", "skipped"]


def test_deleted_while_it_is_being_sent(hooks: Hooks, build: Build) -> None:
    def deletes(connection: Any, request: bytes) -> None:
        hooks.execute("DELETE FROM webhook_endpoint")
        status(500)(connection, request)

    with serving(deletes) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 2)
        hooks.run()
        assert len(server.requests) == 1
    assert hooks.rows("SELECT 1 FROM delivery WHERE channel = 'webhook'") == []


def test_deleted_before_it_is_sent(
    hooks: Hooks, receiver: Server, build: Build, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def deletes(session: Any, message: Any) -> bytes | None:
        hooks.execute("DELETE FROM webhook_endpoint")
        return b"{}"

    monkeypatch.setattr(send, "message_body", deletes)
    hooks.make(receiver, "booking.created")
    booked(build, hooks, 2)
    hooks.run()
    assert receiver.requests == []
    assert caplog.messages == []


def test_nothing_is_sent_for_a_closed_account(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.execute("UPDATE host SET active = false")
    hooks.run()
    assert receiver.requests == []
    hooks.execute("UPDATE host SET active = true")
    hooks.run()
    assert len(receiver.requests) == 1


def test_every_webhook_has_its_turn(hooks: Hooks, receiver: Server, build: Build) -> None:
    """Also where there is room for one job only, and those before it have always something to say."""
    for _ in range(3):
        hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    served = []
    for _ in range(6):
        ((endpoint_id, until),) = hooks.lease(most=1)
        end_now(endpoint_id, until)
        served.append(endpoint_id)
    assert served[:3] == served[3:]
    assert len(set(served)) == 3


@pytest.mark.parametrize("plan", ["enable_nestloop", "enable_hashjoin"])
def test_whoever_waited_longest_is_lent_first(hooks: Hooks, receiver: Server, build: Build, plan: str) -> None:
    """However the database comes by them."""
    for _ in range(4):
        hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    first, second, third, new = (row.id for row in hooks.rows("SELECT id FROM webhook_endpoint ORDER BY id"))
    for minutes, endpoint in [(1, first), (3, second), (2, third)]:
        ago = {"minutes": minutes, "id": endpoint}
        hooks.execute(
            "UPDATE webhook_endpoint SET lent_until = now() - make_interval(mins => :minutes) WHERE id = :id", **ago
        )
    with transaction() as session:
        session.execute(text(f"SET LOCAL {plan} = off"))
        leases = lease_endpoints(session, is_failing=False, limit=9)
    assert [lease.endpoint_id for lease in leases] == [new, second, third, first]


def end_now(endpoint_id: int, until: str) -> None:
    """A job that was asked to stop before its first message."""
    with transaction() as session:
        end_lease(session, EndpointLease(endpoint_id, datetime.fromisoformat(until)))


def test_what_was_written_for_a_webhook_that_is_off_does_not_wait_for_it(
    hooks: Hooks, receiver: Server, build: Build
) -> None:
    """The relay saw it on, and its host switched it off in that moment."""
    hooks.make(receiver, "booking.created")
    hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    hooks.execute("UPDATE webhook_endpoint SET is_active = false WHERE id = (SELECT min(id) FROM webhook_endpoint)")
    clock.tidy()
    assert [str(state) for number in (0, 1) for _, state in hooks.states(number)] == ["skipped", "waiting"]


def test_two_jobs_with_the_same_endpoint_send_once(hooks: Hooks, receiver: Server, build: Build) -> None:
    """A job that comes twice, and one whose lease has run out and been given to another."""
    hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    (old,) = hooks.lease()
    assert hooks.lease() == []
    hooks.execute("UPDATE webhook_endpoint SET lent_until = now()")
    (new,) = hooks.lease()
    jobs.deliver_to_webhook(*old)
    assert receiver.requests == []
    jobs.deliver_to_webhook(*new)
    jobs.deliver_to_webhook(*new)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("is_slow", [False, True])
def test_no_host_takes_all_threads(hooks: Hooks, receiver: Server, build: Build, *, is_slow: bool) -> None:
    other = Hooks(hooks.app, hooks.owner, build.host())
    for _ in range(MOST_OF_A_HOST + 2):
        hooks.make(receiver, "booking.created")
    booked(build, hooks)
    other.make(receiver, "booking.created")
    booked(build, other)
    hooks.dispatch()
    hooks.execute("UPDATE webhook_endpoint SET is_slow = :is_slow", is_slow=is_slow)
    hosts = {row.id: row.host_id for row in hooks.rows("SELECT id, host_id FROM webhook_endpoint")}
    leases = hooks.lease(most=99)
    assert sorted(hosts[endpoint] for endpoint, _ in leases) == [hooks.host_id] * MOST_OF_A_HOST + [other.host_id]
    assert hooks.lease(most=99) == []
    mine = next(lease for lease in leases if hosts[lease[0]] == hooks.host_id)
    jobs.deliver_to_webhook(*mine)
    assert [hosts[endpoint] for endpoint, _ in hooks.lease(most=99)] == [hooks.host_id]


def test_who_waits_for_its_turn_is_not_left_until_the_next_look(
    hooks: Hooks, receiver: Server, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST_OF_A_HOST + 1):
        hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    woken: list[str] = []
    monkeypatch.setattr(leases, "notify_after_commit", lambda _session, channel: woken.append(channel))
    jobs.deliver_to_webhook(*hooks.lease()[0])
    assert woken == [CHANNEL]


def test_a_job_that_loses_the_database_for_a_moment_keeps_the_webhook_from_nobody(
    hooks: Hooks, receiver: Server, build: Build
) -> None:
    hooks.make(receiver, "booking.created")
    booked(build, hooks)
    hooks.dispatch()
    (job,) = hooks.lease()
    lose_connections(hooks.app)
    with hooks.app.app_context(), suppress(OperationalError):
        jobs.deliver_to_webhook(*job)
    hooks.work()
    assert hooks.states() == [("booking.created", "sent")]


def test_an_event_of_a_kind_unknown_here_holds_up_later_messages_only_for_an_upgrade(
    hooks: Hooks, build: Build
) -> None:
    with serving(status(200)) as server:
        hooks.make(server, "booking.created", "booking.cancelled")
        booking = booked(build, hooks, 1)[0]
        hooks.execute("UPDATE outbox_event SET kind = 'booking.from_the_future'")
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
        hooks.run()
        assert not server.requests
        hooks.execute("UPDATE outbox_event SET occurred_at = now() - interval '16 minutes' WHERE dispatched_at IS NULL")
        hooks.run()
        assert len(server.requests) == 1
