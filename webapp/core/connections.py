"""Keeps the cost of a database connection low for requests that only read.

psycopg prepares a statement once a connection has run it five times, and discards all prepared statements at a
ROLLBACK. SQLAlchemy ends a session that has only read with a ROLLBACK, so each request would plan its statements anew:
measured on the page of an event type, two thirds of its time. Here such sessions end with a COMMIT, which has the same
effect.
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

# A connection used within this time is assumed to be alive, unless the pool has just been invalidated.
FRESH_SECONDS = 1.0


def init_app(app: Flask) -> None:
    app.teardown_appcontext(_end_reading)
    with app.app_context():
        event.listen(db.engine, "checkin", _rest)
        event.listen(db.engine, "checkout", _ask_after_rest)


def _end_reading(failure: BaseException | None) -> None:
    """Runs before Flask-SQLAlchemy's own hook, which rolls back an open transaction."""
    if failure is not None or not db.session.registry.has():
        return
    current = db.session()
    if not current.in_transaction() or current.new or current.dirty or current.deleted:
        return  # uncommitted changes must be rolled back
    try:
        current.commit()
    except SQLAlchemyError:  # the connection is lost, but there was nothing to commit
        with suppress(SQLAlchemyError):
            current.rollback()


def _rest(_dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ping a connection that was idle before it is used, so that a restart of Postgres fails no request. Also checks
    that it is still the session with the application's settings."""
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < FRESH_SECONDS:
        return
    try:
        is_kept = connection.is_session_kept()
    except psycopg.Error as error:
        raise InvalidatePoolError("connections were lost while they rested") from error
    if not is_kept:
        raise InvalidatePoolError("sessions have lost their settings while they rested")
