"""Who may wait for a lock: everybody while it moves on; if it is stuck, one per lock and half of the threads in all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.builders import Build
from webapp.core import lock_queues as module
from webapp.core.db import transaction
from webapp.core.lock_queues import LockQueues
from webapp.domain.errors import Overloaded
from webapp.services.shared.access import lock_host

Enter = Callable[[str], ExitStack]


@pytest.fixture
def queues(app: Flask) -> LockQueues:
    queues = LockQueues()
    queues.init_app(app.extensions["settings"])
    return queues


@pytest.fixture
def enter(queues: LockQueues) -> Iterator[Enter]:
    """Begin to wait for a lock; closing it means to have got the lock."""
    with ExitStack() as everybody:

        def one(key: str) -> ExitStack:
            wait = ExitStack()
            wait.enter_context(queues.waiting(key))
            return everybody.enter_context(wait)

        yield one


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lock is stuck as soon as somebody waits for it."""
    monkeypatch.setattr(module, "STUCK_SECONDS", -1)


def fail(queues: LockQueues, key: str) -> None:
    with pytest.raises(LookupError), queues.waiting(key):
        raise LookupError


def test_while_a_lock_moves_on_everybody_may_wait(enter: Enter) -> None:
    assert len([enter("a") for _ in range(50)]) == 50


@pytest.mark.usefixtures("stuck")
def test_one_waits_for_a_stuck_lock_and_the_next_is_refused(enter: Enter) -> None:
    first = enter("a")
    with pytest.raises(Overloaded):
        enter("a")
    first.close()
    enter("a")


@pytest.mark.usefixtures("stuck")
def test_stuck_locks_together_leave_half_of_the_threads(enter: Enter) -> None:
    enter("a")
    enter("b")  # of four threads
    with pytest.raises(Overloaded):
        enter("c")


def test_a_lock_that_was_not_got_stays_stuck_until_somebody_gets_it(
    queues: LockQueues, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STUCK_SECONDS", -1)
    fail(queues, "a")
    monkeypatch.setattr(module, "STUCK_SECONDS", 0)
    first = enter("a")
    with pytest.raises(Overloaded):
        enter("a")
    monkeypatch.undo()
    first.close()
    assert len([enter("a") for _ in range(4)]) == 4


def test_a_failure_of_another_kind_makes_no_lock_stuck(
    queues: LockQueues, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(queues, "a")
    monkeypatch.setattr(module, "STUCK_SECONDS", 0.2)
    assert len([enter("a") for _ in range(4)]) == 4


@pytest.mark.usefixtures("context", "stuck")
def test_a_transaction_that_holds_a_lock_is_not_refused_it(build: Build) -> None:
    host = build.host()
    with transaction() as session:
        lock_host(session, host)
        with module.lock_queues.waiting(("host", host)):
            lock_host(session, host)
    with transaction() as session, module.lock_queues.waiting(("host", host)), pytest.raises(Overloaded):
        lock_host(session, host)


@pytest.mark.usefixtures("context", "stuck")
def test_who_waits_is_sent_away_when_the_lock_turns_out_to_be_stuck(
    build: Build, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = build.host()
    with owner.connect() as other, ExitStack() as first:
        other.execute(text("SELECT id FROM host FOR UPDATE"))
        monkeypatch.setattr(module, "STUCK_SECONDS", 0.1)
        first.enter_context(module.lock_queues.waiting(("host", host)))
        with pytest.raises(Overloaded) as refused, transaction() as session:
            lock_host(session, host)
    assert isinstance(refused.value.__cause__, OperationalError)
    with transaction() as session:
        lock_host(session, host)
