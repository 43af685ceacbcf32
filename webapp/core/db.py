"""The only place that commits, and what an error of the database means.

A service function marked `@transactional` gets an open session as its first argument. Raising rolls back, returning
commits. Serialization failures and deadlocks run the whole function again; violated constraints come out as the
domain error that they stand for. A command that is made of others calls them inside `within_transaction`.
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
from webapp.core.logs import log
from webapp.core.sql import Statement
from webapp.domain import errors
from webapp.domain.errors import DomainError, Invalid, Overloaded

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3
LOCK_TIMEOUT_MS = 3000
_NOTIFY = Statement("SELECT pg_notify(%(channel)s, '')")

CONSTRAINT_ERRORS: dict[str, type[errors.DomainError]] = {
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
    """The session of this request, job or command. For reading; writing goes through `transaction`."""
    return db.session()


def open_transaction() -> Session | None:
    """The session, if it has begun something that a further statement must be part of."""
    if not db.session.registry.has():
        return None
    current = session()
    return current if current.info.get("in_transaction_block") or current.in_transaction() else None


@contextmanager
def transaction() -> Iterator[Session]:
    """One READ COMMITTED transaction: commits when the block ends, rolls back when it raises."""
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
    for channel in current.info.pop("notify", ()):
        _notify(channel)


def execute_and_commit(current: Session, last: Statement, **values: Any) -> Any:
    """The row of a transaction's last statement, sent together with COMMIT: whoever waits for a lock of it waits for
    one round trip less. What followed would be another transaction. Inside `within_transaction`, it is sent alone."""
    if current.info.get("within_transaction"):
        return last.one(current, **values)
    return last.one_and_commit(current, **values)


@contextmanager
def snapshot() -> Iterator[Session]:
    """For reading much: all statements inside see the database as of one moment. Ends what was read before."""
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
    """Tell who listens, once this transaction has committed, and never after a rollback; should the process die in
    between, nobody is told.

    Not inside the transaction: Postgres lets one transaction that notifies commit after the other, each with a wait
    for the disk, where others share theirs (docs/adr/0013).
    """
    current.info.setdefault("notify", set()).add(channel)


def _notify(channel: str) -> None:
    """What was committed stands, whether anybody hears of it or not."""
    try:
        _NOTIFY.rows(None, channel=channel)
    except SQLAlchemyError as error:
        log.warning("nobody was told", channel=channel, cause=type(error).__name__)


@contextmanager
def within_transaction(current: Session) -> Iterator[None]:
    """Commands called inside are part of the transaction that is open: they commit, fail and run again with it."""
    was_within = current.info.get("within_transaction", False)
    current.info["within_transaction"] = True
    try:
        yield
    finally:
        current.info["within_transaction"] = was_within


def transactional(command: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Run a command in a transaction of its own, again when Postgres asks for it (40001, 40P01)."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if (outer := session()).info.get("within_transaction"):
            return command(outer, *args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction() as current:
                    return command(current, *args, **kwargs)
            except DBAPIError as error:
                if attempt < ATTEMPTS and _is_retryable(error):
                    time.sleep(random.uniform(0.005, 0.05) * attempt)
                    continue
                raise _meaning(error) from error
            except PoolTimeout as error:
                raise errors.Overloaded("no database connection in time") from error
        raise AssertionError("unreachable")

    return run


def _is_retryable(error: DBAPIError) -> bool:
    return isinstance(error.orig, pg.SerializationFailure | pg.DeadlockDetected)


def _meaning(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, pg.LockNotAvailable | pg.SerializationFailure | pg.DeadlockDetected):
        return errors.Overloaded("the calendar is busy")
    if isinstance(cause, pg.IntegrityError):
        known = CONSTRAINT_ERRORS.get(cause.diag.constraint_name or "")
        if known:
            return known()
    return error


DATABASE_ERRORS: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout)
# No connection, a restart, a full disk, a cancelled or locked statement, a standby: all of them pass.
PASSING = (pg.OperationalError, pg.ReadOnlySqlTransaction, pg.IdleInTransactionSessionTimeout)


def meaning(error: Exception) -> DomainError | None:
    """The domain error behind it, or None: then it is a fault of ours."""
    if isinstance(error, PoolTimeout):
        return Overloaded("no database connection in time")
    cause = getattr(error, "orig", None)
    if getattr(error, "connection_invalidated", False) or isinstance(cause, PASSING):
        return Overloaded("the database does not answer")
    if isinstance(cause, pg.IntegrityError):
        known = CONSTRAINT_ERRORS.get(cause.diag.constraint_name or "")
        return known() if known else None
    if isinstance(cause, pg.DataError):  # a NUL, a number out of range: nothing of ours is like that
        return Invalid({"": ["Something here cannot be stored."]})
    return None


def database_now(session: Session) -> datetime:
    """When the transaction began, by the clock of the database, which is the one that counts."""
    now: datetime = session.execute(select(func.now())).scalar_one()
    return now
