"""Statements of the hot paths, sent directly by the driver inside the session's transaction.

SQLAlchemy adds 100 microseconds to each statement, and building one takes up to 500: measured, three quarters of the
cost of listing and booking. Only the page of an event type, the slots of the API, `book`, what runs once per mail and
what every command ends with (audit entry, event, idempotency key) are worth this; everything else is clearer through
the session.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import RowFactory, namedtuple_row, tuple_row
from psycopg.sql import Literal
from sqlalchemy import BigInteger, ColumnElement, Executable, PoolProxiedConnection, cast, func
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.core.extensions import db

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `%(name)s` for values, whose types psycopg must support natively."""

    sql: str

    @classmethod
    def of(cls, built: Executable) -> "Statement":
        """Compile a statement of SQLAlchemy; values are passed under the names of its bindparams.

        Its constants become part of the SQL text. As parameters they would keep Postgres from reusing its plan:
        measured, planning took a quarter of the time of both queries of a listing.
        """
        compiled = built.compile(dialect=postgresql.dialect())  # type: ignore[attr-defined, no-untyped-call]
        sql = str(compiled)
        for name, value in compiled.params.items():
            if not compiled.binds[name].required:
                sql = sql.replace(f"%({name})s", Literal(value).as_string().replace("%", "%%"))
        return cls(sql)

    def rows(self, session: Session | None, **values: Any) -> list[tuple[Any, ...]]:
        """All rows. Raises SQLAlchemy's errors. Without a session, runs outside any transaction.
        Uses the binary format, which halves the time for reading many numbers."""
        return self._run(session, values, tuple_row, in_binary=True)

    def one(self, session: Session | None, **values: Any) -> Any:
        """The first row as a named tuple, or None; otherwise as `rows`."""
        rows = self._run(session, values, namedtuple_row)
        return rows[0] if rows else None

    def run(self, session: Session, **values: Any) -> None:
        """Raises SQLAlchemy's errors."""
        self._run(session, values, tuple_row)

    def one_and_commit(self, session: Session, **values: Any) -> Any:
        """As `one`, with COMMIT in the same round trip. Later statements would be another transaction
        (`db.execute_and_commit`)."""
        with driver_connection(session, self.sql) as driver:
            with driver.pipeline():
                cursor = self._sent(driver, values, namedtuple_row)
                driver.commit()
            return cursor.fetchone()

    def _run(
        self, session: Session | None, values: Values, row_factory: RowFactory[Any], *, in_binary: bool = False
    ) -> list[Any]:
        with driver_connection(session, self.sql) as driver:
            return _fetched(self._sent(driver, values, row_factory, in_binary=in_binary))

    def _sent(self, driver: Any, values: Values, row_factory: RowFactory[Any], *, in_binary: bool = False) -> Any:
        cursor = driver.cursor(row_factory=row_factory, binary=in_binary)
        for listener in db.engine.dispatch.before_cursor_execute:  # so that these statements are counted, too
            listener(None, cursor, self.sql, values, None, False)
        return cursor.execute(self.sql, values)


def epoch(instant: Any) -> ColumnElement[int]:
    """Whole Unix seconds, a fraction rounded up, so that `start >= now` stays exact.

    With date_part, whose doubles are exact to the microsecond for two centuries: EXTRACT returns numeric, which took a
    third of the time of the query for a busy month.
    """
    return cast(func.ceil(func.date_part("epoch", instant)), BigInteger)


def rows_of_all(session: Session, *statements: tuple[Statement, Values]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements sent in one round trip, each as `Statement.rows`.

    Postgres runs them as separate statements: one that waited for a lock sees the changes of its last holder.
    """
    with driver_connection(session, statements[0][0].sql) as driver:
        with driver.pipeline():
            cursors = [one._sent(driver, values, tuple_row, in_binary=True) for one, values in statements]
        return [_fetched(cursor) for cursor in cursors]


def _fetched(cursor: Any) -> list[Any]:
    return [] if cursor.rownumber is None else cursor.fetchall()


@contextmanager
def driver_connection(session: Session | None, sql: str) -> Iterator[Any]:
    """The connection of a session's transaction, or without a session one in autocommit mode, which saves two round
    trips. Translates the driver's errors to SQLAlchemy's, including a failure to connect."""
    with _checked_out(sql) if session is None else nullcontext(session.connection().connection) as pooled:
        try:
            if session is None:
                pooled.driver_connection.autocommit = True  # type: ignore[union-attr]
            yield pooled.driver_connection
        except psycopg.Error as error:
            raise _meant(pooled, session, sql, error) from error


@contextmanager
def _checked_out(sql: str) -> Iterator[PoolProxiedConnection]:
    try:
        pooled = db.engine.raw_connection()
    except psycopg.Error as error:  # SQLAlchemy translates errors in a session, but not this one
        raise _translated(sql, error, is_lost=True) from error
    try:
        yield pooled
    finally:
        driver: Any = pooled.driver_connection
        if pooled.is_valid and not driver.closed:
            driver.autocommit = False
        pooled.close()


def _meant(pooled: PoolProxiedConnection, session: Session | None, sql: str, error: psycopg.Error) -> BaseException:
    """As SQLAlchemy does: translated to its own type, and a lost connection is invalidated."""
    is_lost = db.engine.dialect.is_disconnect(error, pooled.dbapi_connection, None)  # type: ignore[arg-type]
    if is_lost:
        (session.connection() if session else pooled).invalidate(error)
    return _translated(sql, error, is_lost=is_lost)


def _translated(sql: str, error: psycopg.Error, *, is_lost: bool) -> BaseException:
    dialect = db.engine.dialect
    return DBAPIError.instance(sql, None, error, psycopg.Error, True, connection_invalidated=is_lost, dialect=dialect)
