"""What a database connection costs a request that only reads.

psycopg prepares a statement on a connection that has run it five times, and forgets all of them at a ROLLBACK. A
session that has only read ends with one, so that each request planned its statements anew: measured on the page of an
event type, two thirds of its time. What was only read is ended by COMMIT here, which means the same.
"""

import time
from contextlib import suppress
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from webapp.core.extensions import db

# A connection that was in use so shortly ago is there, or its pool has just been told that it is not.
FRESH_SECONDS = 1.0


def init_app(app: Flask) -> None:
    app.teardown_appcontext(_end_reading)
    with app.app_context():
        event.listen(db.engine, "checkin", _rest)
        event.listen(db.engine, "checkout", _ask_after_rest)


def _end_reading(failure: BaseException | None) -> None:
    """Before Flask-SQLAlchemy's own hook, which rolls back whatever is left open."""
    if failure is not None or not db.session.registry.has():
        return
    current = db.session()
    if not current.in_transaction() or current.new or current.dirty or current.deleted:
        return  # changed and not committed is not meant to stay
    try:
        current.commit()
    except SQLAlchemyError:  # the connection is gone; there was nothing to keep
        with suppress(SQLAlchemyError):
            current.rollback()


def _rest(_dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """A Postgres that was restarted costs no request: a connection that has rested is asked before it is used, and
    whether it still is the session that has our settings."""
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < FRESH_SECONDS:
        return
    try:
        is_kept = connection.is_session_kept()
    except psycopg.Error as error:
        raise InvalidatePoolError("connections were lost while they rested") from error
    if not is_kept:
        raise InvalidatePoolError("sessions have lost their settings while they rested")
