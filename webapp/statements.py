"""Statements of the hot paths, sent by the driver itself inside the session's transaction.

Around each statement SQLAlchemy takes 100 microseconds more than psycopg does, and building one takes up to 500:
measured, three quarters of what listing and booking cost. Only the page of an event type, the API's slots and `book`
are worth this; everything else is clearer through the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import psycopg
from psycopg.rows import RowFactory, namedtuple_row, tuple_row
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `%(name)s` for values, which are of types that psycopg knows by itself."""

    sql: str
    constants: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, built: Executable) -> "Statement":
        """A statement of SQLAlchemy, compiled; values are given under the names of its bindparams."""
        compiled = built.compile(dialect=postgresql.dialect())  # type: ignore[attr-defined]
        return cls(str(compiled), dict(compiled.params))

    def rows(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """Raises SQLAlchemy's errors. Sent in binary: reading many numbers takes half as long."""
        return self._run(session, values, tuple_row, in_binary=True)

    def one(self, session: Session, **values: Any) -> Any:
        """The first row as a named tuple, or None. Raises SQLAlchemy's errors."""
        found = self._run(session, values, namedtuple_row)
        return found[0] if found else None

    def run(self, session: Session, **values: Any) -> None:
        """Raises SQLAlchemy's errors."""
        self._run(session, values, tuple_row)

    def _run(
        self, session: Session, values: dict[str, Any], row_factory: RowFactory[Any], *, in_binary: bool = False
    ) -> list[Any]:
        connection = session.connection()
        driver: Any = connection.connection.driver_connection
        given = {**self.constants, **values}
        with driver.cursor(row_factory=row_factory, binary=in_binary) as cursor:
            for listener in connection.dispatch.before_cursor_execute:  # whoever counts statements counts these, too
                listener(connection, cursor, self.sql, given, None, False)
            try:
                cursor.execute(self.sql, given)
                found: list[Any] = [] if cursor.rownumber is None else cursor.fetchall()
            except psycopg.Error as error:
                _raise(connection, self.sql, error)
        return found


def _raise(connection: Connection, sql: str, error: psycopg.Error) -> NoReturn:
    """As SQLAlchemy would: in its own type, and a connection that is lost is given up."""
    is_lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    raise DBAPIError.instance(
        sql, None, error, psycopg.Error, True, connection_invalidated=is_lost, dialect=connection.dialect
    ) from error
