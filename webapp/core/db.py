"""The only place that commits, and the translation of database errors.

A service function marked `@transactional` gets an open session as its first argument. Raising rolls back, returning
commits. After serialization failures and deadlocks the whole function is retried; violated constraints are raised as
the corresponding domain errors. A command that consists of other commands calls them inside `within_transaction`.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from psycopg import errors as pg
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from webapp.core.extensions import db
from webapp.core.lock_queues import HELD
from webapp.core.logs import log
from webapp.core.sql import Statement
from webapp.domain import errors
from webapp.domain.errors import DomainError

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3
DATABASE_ERRORS: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout)
REPEATED = (pg.SerializationFailure, pg.DeadlockDetected)
# No connection, a restart, a full disk, a cancelled statement, a standby: all of these are temporary.
PASSING = (pg.OperationalError, pg.ReadOnlySqlTransaction, pg.IdleInTransactionSessionTimeout)
_NOTIFY = Statement("SELECT pg_notify(%(channel)s, '')")

CONSTRAINT_ERRORS: dict[str, type[DomainError]] = {
    "ex_claim_overlap": errors.SlotTaken,
    "uq_booking_slot_id_seat": errors.SlotTaken,
    "uq_booking_uid": errors.Conflict,
    "uq_slot_event_type_starts_at": errors.SlotOverlap,
    "uq_booking_slot_id_guest_id": errors.AlreadyBooked,
    "uq_host_slug": errors.SlugTaken,
    "uq_event_type_host_id_slug": errors.SlugTaken,
    "fk_event_type_schedule_id_host_id_schedule": errors.NotFound,
    "uq_schedule_host_id_name": errors.NameTaken,
    "uq_host_email_lower": errors.EmailTaken,
}


def session() -> Session:
    """The session of the current request, job or command, for reading. Writing requires `transaction`."""
    return db.session()


def open_transaction() -> Session | None:
    """The session if it has an open transaction, which further statements must be part of."""
    if not db.session.registry.has():
        return None
    current = session()
    return current if current.info.get("in_transaction_block") or current.in_transaction() else None


def end_reading() -> None:
    """End a transaction that has only read, before work that needs no database."""
    if open_transaction() is not None:
        session().commit()


@contextmanager
def transaction() -> Iterator[Session]:
    """One READ COMMITTED transaction: commits at the end of the block, rolls back if it raises."""
    current = session()
    if current.info.get("in_transaction_block"):
        raise RuntimeError("transactions do not nest: pass the session on instead")
    current.info["in_transaction_block"] = True
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        current.info.pop("notify", None)
        raise
    finally:
        current.info.pop("in_transaction_block", None)
        current.info.pop(HELD, None)
    for channel in current.info.pop("notify", ()):
        _notify(channel)


def execute_and_commit(current: Session, last: Statement, **values: Any) -> Any:
    """Run a transaction's last statement together with COMMIT and return its row. Others wait for its locks one round
    trip less. Later statements would be another transaction. Inside `within_transaction` it is sent without COMMIT."""
    if current.info.get("within_transaction"):
        return last.one(current, **values)
    return last.one_and_commit(current, **values)


@contextmanager
def snapshot() -> Iterator[Session]:
    """For large reads: all statements inside see the database as of one moment. Ends an open read transaction first."""
    current = session()
    if current.info.get("in_transaction_block"):
        raise RuntimeError("a transaction sees what it writes: read before or after it")
    current.rollback()
    current.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield current
    finally:
        current.rollback()


def notify_after_commit(current: Session, channel: str) -> None:
    """NOTIFY the listeners once this transaction has committed, and never after a rollback. If the process dies in
    between, the notification is lost.

    Not inside the transaction: Postgres serialises the commits of transactions that notify, each with its own wait for
    the disk, while other transactions share theirs (docs/adr/0013).
    """
    current.info.setdefault("notify", set()).add(channel)


def _notify(channel: str) -> None:
    """Errors are logged only: the commit stands, even if no listener is notified."""
    try:
        _NOTIFY.rows(None, channel=channel)
    except SQLAlchemyError as error:
        log.warning("nobody was told", channel=channel, cause=type(error).__name__)


@contextmanager
def within_transaction(current: Session) -> Iterator[None]:
    """Commands called inside join the open transaction: they are committed, rolled back and retried with it."""
    was_within = current.info.get("within_transaction", False)
    current.info["within_transaction"] = True
    try:
        yield
    finally:
        current.info["within_transaction"] = was_within


def transactional(command: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run a command in its own transaction; retry it after 40001 and 40P01."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if (outer := session()).info.get("within_transaction"):
            return command(outer, *args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction() as current:
                    return command(current, *args, **kwargs)
            except DATABASE_ERRORS as error:
                if attempt == ATTEMPTS or not isinstance(_cause(error), REPEATED):
                    raise _refusal(error) or error from error
                time.sleep(random.uniform(0.005, 0.05) * attempt)
        raise AssertionError("unreachable")

    return run


def meaning(error: Exception) -> DomainError | None:
    """The domain error for a database error; None for a bug in the application."""
    if refusal := _refusal(error):
        return refusal
    if getattr(error, "connection_invalidated", False) or isinstance(_cause(error), PASSING):
        return errors.Overloaded("the database does not answer")
    if isinstance(_cause(error), pg.DataError):  # such as a NUL or a number out of range, from input only
        return errors.Invalid({"": ["Something here cannot be stored."]})
    return None


def _refusal(error: Exception) -> DomainError | None:
    """For errors of a working database: concurrent changes, or a violated constraint."""
    cause = _cause(error)
    if isinstance(error, PoolTimeout):
        return errors.Overloaded("no database connection in time")
    if isinstance(cause, (*REPEATED, pg.LockNotAvailable)):
        return errors.Overloaded("the calendar is busy")
    if isinstance(cause, pg.IntegrityError):
        known = CONSTRAINT_ERRORS.get(cause.diag.constraint_name or "")
        return known() if known else None
    return None


def _cause(error: Exception) -> BaseException | None:
    return getattr(error, "orig", None)


def database_now(session: Session) -> datetime:
    """The start of the transaction by the clock of the database, which is authoritative."""
    now: datetime = session.execute(select(func.now())).scalar_one()
    return now
