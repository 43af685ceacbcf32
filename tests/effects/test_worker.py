"""The real worker process: relay, queue and jobs, and what happens if one of them is missing or killed."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.effects.harness import IS_LETTER, NEXT_TRY, WorkerProcess, eventually
from webapp import healthcheck
from webapp.domain.actor import host_actor
from webapp.effects.mail.jobs import WEBHOOK_QUEUE, queue, stopping
from webapp.effects.mail.smtp import mail
from webapp.effects.pool import THREADS, WorkerPool
from webapp.effects.relay import Relay
from webapp.effects.worker import LISTEN, MailWorker, work
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.embedded.valkey import ValkeyService, start_valkey
from webapp.services.bookings import bookings

Start = Callable[..., WorkerProcess]


@pytest.fixture
def statuses(owner: Engine) -> Callable[[], list[str]]:
    def read() -> list[str]:
        with owner.begin() as connection:
            return list(
                connection.execute(text(f"SELECT status FROM delivery WHERE {IS_LETTER} ORDER BY id")).scalars()
            )

    return read


@pytest.fixture
def end_leases(owner: Engine) -> Callable[[], None]:
    """What a minute does."""

    def end() -> None:
        with owner.begin() as connection:
            connection.execute(text(NEXT_TRY))

    return end


def ends_well(process: WorkerProcess, how: signal.Signals) -> None:
    """Asked once."""
    assert process.end(how) == 0


def test_what_happened_before_it_ran_and_while_it_runs_reaches_both_in_order(
    worker: Start, build: Build, sink: MailSink, context: None, statuses: Callable[[], list[str]]
) -> None:
    booking = build.booking(build.slot(build.host()))
    assert statuses() == []  # nobody runs yet
    process = worker()
    sink.wait_for(2)
    build.slot(booking.host_id, tomorrow(15))
    bookings.reschedule(booking.uid, tomorrow(15), actor=host_actor(booking.host_id))
    sink.wait_for(4)
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    received = sink.wait_for(6)
    for address, words in (
        (booking.guest_email, ["Confirmed", "New time", "Cancelled"]),
        (booking.host_email, ["New booking", "Moved", "Cancelled"]),
    ):
        subjects = [str(mail.message["Subject"]) for mail in received if mail.recipients == (address,)]
        assert [subject.partition(":")[0] for subject in subjects] == words
    ends_well(process, signal.SIGINT)


def test_roles_can_run_apart_and_several_at_once_and_end_when_asked_to(
    worker: Start, build: Build, sink: MailSink
) -> None:
    processes = [worker("--roles", role) for role in ("relay", "relay", "jobs", "jobs")]
    for process in processes:
        process.wait_until_ready()
    for slot in build.slots(build.host(), [tomorrow(hour) for hour in range(6, 18)]):
        build.booking(slot)
    received = sink.wait_for(24)
    assert len({mail.message["Message-ID"] for mail in received}) == len(received) == 24
    for process in processes:
        ends_well(process, signal.SIGTERM)


def test_killed_in_the_middle_of_a_mail_it_is_sent_again(
    worker: Start,
    build: Build,
    sink: MailSink,
    statuses: Callable[[], list[str]],
    end_leases: Callable[[], None],
) -> None:
    sink.fault = Fault.HANG
    victim = worker()
    build.booking(build.slot(build.host()))
    eventually(
        lambda: statuses() == ["waiting", "waiting"] and sink._connections
    )  # it talks to a server that says nothing
    assert victim.end(signal.SIGKILL) == -signal.SIGKILL
    assert statuses() == ["waiting", "waiting"]
    sink.fault = Fault.NONE
    worker()
    end_leases()
    received = sink.wait_for(2)
    eventually(lambda: statuses() == ["sent", "sent"])
    assert len(received) == 2


def test_killed_between_mail_and_mark_there_is_one_copy_with_the_same_id(
    worker: Start, build: Build, sink: MailSink, owner: Engine, end_leases: Callable[[], None]
) -> None:
    """The mark is held up by a lock, so that the kill hits the worst moment."""
    host = build.host()
    with owner.begin() as connection:
        connection.execute(text(HOLD_MARKS))
    try:
        with owner.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
            victim = worker()
            build.booking(build.slot(host))
            sink.wait_for(1)
            victim.end(signal.SIGKILL)
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP TRIGGER hold_marks ON delivery; DROP FUNCTION hold_marks()"))
    worker()
    end_leases()
    ids = [mail.message["Message-ID"] for mail in sink.wait_for(3)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2
    time.sleep(0.5)
    assert len(sink.messages) == 3


HOLD_MARKS = """
CREATE FUNCTION hold_marks() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
CREATE TRIGGER hold_marks BEFORE UPDATE OF status ON delivery FOR EACH ROW EXECUTE FUNCTION hold_marks();
"""


def test_it_starts_before_the_queue_server_and_outlives_its_absence(
    worker: Start, build: Build, sink: MailSink, tmp_path: Path, end_leases: Callable[[], None]
) -> None:
    service = start_valkey(tmp_path, durable=False)
    service.stop()
    slots = build.slots(build.host(), [tomorrow(10), tomorrow(12), tomorrow(14)])
    worker(REDIS_URL=service.url).wait_until_ready()
    build.booking(slots[0])
    with back(service, tmp_path):
        sink.wait_for(2)
    build.booking(slots[1])  # answers as ever
    time.sleep(1)
    assert len(sink.messages) == 2
    with back(service, tmp_path):
        end_leases()
        build.booking(slots[2])
        received = sink.wait_for(6)
    assert len({mail.message["Message-ID"] for mail in received}) == 6


@contextmanager
def back(service: ValkeyService, folder: Path) -> Iterator[None]:
    """At the same place, having forgotten everything; gone again in the end."""
    again = start_valkey(folder, port=service.port, password=service.password, durable=False)
    try:
        yield
    finally:
        again.stop()


def test_jobs_are_json_and_a_queue_that_forgets_them_loses_no_mail(
    worker: Start, build: Build, sink: MailSink, valkey: ValkeyService, end_leases: Callable[[], None]
) -> None:
    worker("--roles", "relay")
    build.booking(build.slot(build.host()))
    redis = Redis.from_url(valkey.url)
    (job,) = eventually(lambda: Queue("mail", connection=redis, serializer=JSONSerializer).jobs)
    assert job.args[0] == [[row.id, 0] for row in build.rows(f"SELECT id FROM delivery WHERE {IS_LETTER} ORDER BY id")]
    assert job.result_ttl == 0
    redis.flushall()
    worker("--roles", "jobs")
    end_leases()
    assert len(sink.wait_for(2)) == 2


def test_a_worker_that_stands_still_is_soon_handed_no_more_jobs(worker: Start, valkey: ValkeyService) -> None:
    def waiting() -> int:
        return int(Redis.from_url(valkey.url).info("clients")["blocked_clients"])

    halted = worker()
    eventually(lambda: waiting() > THREADS[WEBHOOK_QUEUE])
    halted.process.send_signal(signal.SIGSTOP)
    eventually(lambda: waiting() == 0, timeout=LISTEN * 6)


def test_a_queue_server_that_was_emptied_soon_knows_its_workers_again(
    worker: Start, environment: dict[str, str], valkey: ValkeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    queue = Redis.from_url(valkey.url)
    worker("--roles", "jobs")
    eventually(lambda: healthcheck.worker() is None and queue.info("clients")["blocked_clients"])
    queue.flushall()
    assert healthcheck.worker()
    eventually(lambda: healthcheck.worker() is None, timeout=LISTEN * 6)


@pytest.fixture
def signals() -> Iterator[None]:
    """As they were before; RQ installs its own."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
    stopping.clear()


def test_a_stop_between_taking_a_job_and_beginning_it_leaves_the_job_to_the_next_worker(
    app: Flask,
    build: Build,
    sink: MailSink,
    valkey: ValkeyService,
    worker: Start,
    signals: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Redis.from_url(valkey.url) as connection:
        connection.flushdb()
    build.booking(build.slot(build.host()))
    with app.app_context():
        assert not Relay(app, threading.Event()).look()

    def asked_to_end(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    mail.init_app(app)
    monkeypatch.setattr(MailWorker, "reorder_queues", asked_to_end)  # what RQ does first with a job in its hands
    work(app)
    assert stopping.is_set()
    next_one = worker("--roles", "jobs")  # nobody lends anew: what comes is what was given back
    assert len(sink.wait_for(2)) == 2
    ends_well(next_one, signal.SIGTERM)


def test_a_stop_leaves_the_jobs_of_webhooks_too_in_their_order(app: Flask, valkey: ValkeyService) -> None:
    with Redis.from_url(valkey.url) as connection:
        connection.flushdb()
        queues = [queue(valkey.url, name) for name in THREADS]
        for jobs in queues:
            connection.rpush(jobs.key, "first", "second", "third")
            for _ in range(2):  # as a worker takes them
                connection.lmove(jobs.key, jobs.intermediate_queue_key)
        WorkerPool(app).finish(0)
        for jobs in queues:
            assert connection.lrange(jobs.key, 0, -1) == [b"first", b"second", b"third"]
        connection.flushdb()
