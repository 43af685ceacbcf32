"""Runs migrations as the owner of the schema, each in its own transaction.

A statement that alters a table waits for every transaction that uses the table, and all later ones wait behind it. So
it has a short lock timeout, after which the migration pauses and is retried.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from alembic import context
from flask import current_app
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from webapp.core import postgres
from webapp.models import Base

# Only one runner at a time: several containers may start together.
RUNNER_LOCK = 0x6F736C74
PAUSE_SECONDS = 3.0  # twice as long as others have waited behind the migration
PATIENCE_SECONDS = 600.0
WAITING = "Migration: a table is in use (a long transaction, a backup?). Trying again in {seconds:.0f} s ..."
GIVEN_UP = "Migration: a table stayed in use for ten minutes. End the transaction that holds it, and start again."
TOO_FEW_RIGHTS = """The tables cannot be brought up to date: {said}.
The role {role} has to own the database. It also needs CREATEROLE, or a superuser of the cluster runs this before:
  CREATE ROLE openslot_app NOLOGIN; GRANT openslot_app TO {role};
More is in docs/self-hosting.md under "Your own Postgres"."""
NEWER = "The tables are those of a newer release ({revisions}), which serve this one, too: nothing to do."


def run_migrations() -> None:
    engine = create_engine("postgresql+psycopg://", creator=_connected, poolclass=NullPool)
    with engine.connect() as connection:
        with _waiting_for_ever(connection):
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": RUNNER_LOCK})
        with _explained(connection):
            _run_until_done(connection)


def _connected() -> postgres.Connection:
    url = current_app.extensions["settings"].database_owner_url
    try:
        connection = postgres.connect(url, postgres.OWNER_SETTINGS)
    except postgres.TooOldError as error:
        raise SystemExit(str(error)) from None
    connection.longest_seconds = None  # no limit for a statement while the server responds
    return connection


@contextmanager
def _waiting_for_ever(connection: Connection) -> Iterator[None]:
    """Without a timeout, for the lock on which no reader ever waits."""
    connection.execute(text("SET lock_timeout = 0"))
    yield
    connection.execute(text(f"SET lock_timeout = '{postgres.OWNER_SETTINGS['lock_timeout']}'"))
    connection.commit()


def _run_until_done(connection: Connection) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
        )
        if _is_older_code():
            return
        try:
            with context.begin_transaction():
                context.run_migrations()
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            connection.rollback()
            if time.monotonic() > until:
                raise SystemExit(GIVEN_UP) from None
            click.echo(WAITING.format(seconds=PAUSE_SECONDS), err=True)
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _is_older_code() -> bool:
    """Whether `upgrade` runs on the tables of a newer release, after a rollback of the code: not a fault."""
    migration: Any = context.get_context()
    known = {script.revision for script in context.script.walk_revisions()}
    unknown = set(migration.get_current_heads()) - known
    if not unknown or migration.opts["fn"].__name__ != "upgrade":
        return False
    click.echo(NEWER.format(revisions=", ".join(sorted(unknown))), err=True)
    return True


@contextmanager
def _explained(connection: Connection) -> Iterator[None]:
    """If the role lacks rights, report which ones instead of a traceback."""
    role = connection.scalar(text("SELECT current_user"))
    connection.commit()
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise SystemExit(TOO_FEW_RIGHTS.format(role=role, said=error.orig.diag.message_primary)) from None


run_migrations()
