"""Work that is due: expiry, completion, housekeeping; by one clock, by several, and by the running worker."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, WorkerProcess, eventually
from webapp.effects.clock import PERIODIC_TASKS, Clock, PeriodicTask
from webapp.embedded.mailcatcher.sink import MailSink

EXPIRED = "UPDATE booking SET expires_at = now() - interval '1 minute' WHERE status = 'pending'"


@pytest.fixture
def pending(build: Build) -> list[int]:
    """Three requests."""
    host = build.host()
    build.event_type(host, requires_confirmation=True)
    slots = build.slots(host, [tomorrow(hour, days=3) for hour in (8, 9, 10)])
    return [build.booking(slot).id for slot in slots]


def noting(done: list[str], name: str) -> Callable[[], int]:
    """A task that finds nothing to do."""

    def work() -> int:
        done.append(name)
        return 0

    return work


def counts(build: Build, kind: str) -> int:
    return int(build.row("SELECT count(*) FROM outbox_event WHERE kind = :kind", kind=kind)[0])


def test_several_clocks_do_each_thing_once(app: Flask, mailer: InProcess, build: Build, pending: list[int]) -> None:
    mailer.execute(EXPIRED)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Clock(app, threading.Event()).tick(), range(4)))
    assert counts(build, "booking.declined") == 3
    assert {row.status for row in build.rows("SELECT status FROM slot")} == {"available"}


def test_what_has_not_expired_stays(app: Flask, build: Build, pending: list[int]) -> None:
    Clock(app, threading.Event()).tick()
    assert counts(build, "booking.declined") == 0


def test_more_than_one_sweep_can_hold_is_done_at_once(app: Flask) -> None:
    left = [200, 200, 7]
    Clock(app, threading.Event(), (PeriodicTask(lambda: left.pop(0), 60),)).tick()
    assert left == []


def test_a_task_runs_again_in_its_own_time(app: Flask) -> None:
    done: list[str] = []
    tasks = (PeriodicTask(noting(done, "often"), 0), PeriodicTask(noting(done, "seldom"), 60))
    clock = Clock(app, threading.Event(), tasks)
    clock.tick()
    clock.tick()
    assert done == ["often", "seldom", "often"]


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception()), ZeroDivisionError()])
def test_a_task_that_fails_keeps_no_other_waiting(app: Flask, error: Exception) -> None:
    done: list[str] = []

    def fail() -> int:
        raise error

    Clock(app, threading.Event(), (PeriodicTask(fail, 60), PeriodicTask(noting(done, "other"), 60))).tick()
    assert done == ["other"]


def test_all_tasks_are_done_often_enough() -> None:
    assert {task.work.__name__: task.every for task in PERIODIC_TASKS} == {
        "expire_pending": 3, "complete_past": 60, "tidy": 600, "forget_guests": 3600,
        "report_mail_trouble": 60, "hash_client_addresses": 3600, "tidy_accounts": 600,
    }  # fmt: skip


def test_the_running_worker_expires_completes_and_tells(
    worker: Callable[..., WorkerProcess], mailer: InProcess, build: Build, pending: list[int], sink: MailSink
) -> None:
    host = build.host()
    build.event_type(host, has_follow_up=True)
    over = build.booking(build.slot(host))
    mailer.run()
    sink.clear()
    mailer.execute(
        "UPDATE slot SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour',"
        " busy = tstzrange(now() - interval '2 hours', now() - interval '1 hour')"
        " WHERE id = (SELECT slot_id FROM booking WHERE id = :id)",
        id=over.id,
    )
    worker().wait_until_ready()
    mailer.execute(EXPIRED)  # while they run
    received = eventually(lambda: len(sink.messages) >= 7 and list(sink.messages), timeout=30)
    kinds = sorted(str(mail.message["Subject"]).partition(":")[0] for mail in received)
    assert kinds == ["Not confirmed"] * 3 + ["Request expired"] * 3 + ["Thank you"]
    assert counts(build, "booking.declined") == 3
    assert counts(build, "booking.completed") == 1
