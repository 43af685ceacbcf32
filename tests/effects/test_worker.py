"""The real worker process: relay, queue and job, and what happens when one of them is missing or killed."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.effects.harness import IS_LETTER, NEXT_TRY, WorkerProcess, eventually
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher import Fault, MailSink
from webapp.embedded.valkey import ValkeyService, start_valkey
from webapp.services import bookings

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


def test_book_move_and_cancel_reach_both_in_order(worker: Start, build: Build, sink: MailSink, context: None) -> None:
    process = worker()
    booking = build.booking(build.slot(build.host()))
    sink.wait_for(2)
    build.slot(booking.host_id, tomorrow(15))
    bookings.reschedule(booking.uid, tomorrow(15), actor=host_actor(booking.host_id))
    bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    received = sink.wait_for(6)
    for address in (booking.guest_email, booking.host_email):
        subjects = [str(mail.message["Subject"]) for mail in received if mail.recipients == (address,)]
        assert [subject.partition(":")[0] for subject in subjects][1:] in (
            ["New time", "Cancelled"],
            ["Moved", "Cancelled"],
        )
    assert process.end() == 0


def test_a_booking_is_told_within_a_second(worker: Start, build: Build, sink: MailSink) -> None:
    worker()
    slots = build.slots(build.host(), [tomorrow(10), tomorrow(12)])
    build.booking(slots[0])
    sink.wait_for(2)  # it is up
    before = time.monotonic()
    build.booking(slots[1])
    sink.wait_for(4)
    assert time.monotonic() - before < 1


def test_roles_can_run_apart_and_several_at_once(worker: Start, build: Build, sink: MailSink) -> None:
    for role in ("relay", "relay", "jobs", "jobs"):
        worker("--roles", role)
    for slot in build.slots(build.host(), [tomorrow(hour) for hour in range(6, 18)]):
        build.booking(slot)
    received = sink.wait_for(24, timeout=20)
    assert len({mail.message["Message-ID"] for mail in received}) == len(received) == 24


def test_what_happened_while_no_worker_ran_is_sent_when_one_does(
    worker: Start, build: Build, sink: MailSink, statuses: Callable[[], list[str]]
) -> None:
    build.booking(build.slot(build.host()))
    assert statuses() == []
    worker()
    sink.wait_for(2)


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
CREATE FUNCTION hold_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$;
CREATE TRIGGER hold_marks BEFORE UPDATE OF status ON delivery FOR EACH ROW EXECUTE FUNCTION hold_marks();
"""


def test_mail_is_late_and_not_lost_when_the_queue_server_was_away(
    worker: Start, build: Build, sink: MailSink, tmp_path: Path, end_leases: Callable[[], None]
) -> None:
    service = start_valkey(tmp_path, durable=False)
    slots = build.slots(build.host(), [tomorrow(10), tomorrow(12), tomorrow(14)])
    worker(REDIS_URL=service.url)
    build.booking(slots[0])
    sink.wait_for(2)
    service.stop()
    build.booking(slots[1])  # answers as ever
    time.sleep(1)
    assert len(sink.messages) == 2
    again = start_valkey(tmp_path, port=service.port, password=service.password, durable=False)
    try:
        end_leases()
        build.booking(slots[2])
        received = sink.wait_for(6, timeout=25)
    finally:
        again.stop()
    assert len({mail.message["Message-ID"] for mail in received}) == 6


def test_a_queue_that_forgets_everything_loses_no_mail(
    worker: Start, build: Build, sink: MailSink, valkey: ValkeyService, end_leases: Callable[[], None]
) -> None:
    relay = worker("--roles", "relay")
    build.booking(build.slot(build.host()))
    redis = Redis.from_url(valkey.url)
    eventually(lambda: Queue("mail", connection=redis, serializer=JSONSerializer).count)
    redis.flushall()
    worker("--roles", "jobs")
    end_leases()
    assert len(sink.wait_for(2)) == 2
    assert relay.end() == 0


def test_it_starts_before_the_queue_server_does(worker: Start, build: Build, sink: MailSink, tmp_path: Path) -> None:
    service = start_valkey(tmp_path, durable=False)
    service.stop()
    worker(REDIS_URL=service.url)
    build.booking(build.slot(build.host()))
    time.sleep(2)
    again = start_valkey(tmp_path, port=service.port, password=service.password, durable=False)
    try:
        sink.wait_for(2, timeout=25)
    finally:
        again.stop()


@pytest.mark.parametrize(
    ("roles", "how"),
    [((), signal.SIGINT), (("--roles", "relay"), signal.SIGTERM), (("--roles", "jobs"), signal.SIGTERM)],
)
def test_it_ends_when_asked_to(
    worker: Start, roles: tuple[str, ...], how: signal.Signals, valkey: ValkeyService
) -> None:
    process = worker(*roles)
    process.wait_until_ready()
    before = time.monotonic()
    assert process.end(how) == 0
    assert time.monotonic() - before < 3


def test_jobs_in_the_queue_are_json(worker: Start, build: Build, valkey: ValkeyService) -> None:
    worker("--roles", "relay")
    build.booking(build.slot(build.host()))
    queue = Queue("mail", connection=Redis.from_url(valkey.url), serializer=JSONSerializer)
    (job,) = eventually(lambda: queue.jobs)
    assert job.args[0] == [[1, 0], [2, 0]]
    assert job.result_ttl == 0
