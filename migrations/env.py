"""Runs migrations as the owner of the schema, each in a transaction of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from webapp.models import Base

# One runner at a time, whoever starts first: several containers may start together.
RUNNER_LOCK = 0x6F736C74
TOO_FEW_RIGHTS = """The tables cannot be brought up to date: {said}.
The role {role} has to own the database. It also needs CREATEROLE, or a superuser of the cluster runs this before:
  CREATE ROLE openslot_app NOLOGIN; GRANT openslot_app TO {role};
More is in docs/self-hosting.md under "Postgres of your own"."""


def run_migrations() -> None:
    settings = current_app.extensions["settings"]
    engine = create_engine(settings.database_owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": RUNNER_LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
        )
        with _explained(connection), context.begin_transaction():
            context.run_migrations()


@contextmanager
def _explained(connection: Connection) -> Iterator[None]:
    """A role with too few rights is told what it lacks, instead of where the code stood."""
    role = connection.scalar(text("SELECT current_user"))
    connection.commit()
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise SystemExit(TOO_FEW_RIGHTS.format(role=role, said=error.orig.diag.message_primary)) from None


run_migrations()
