"""The databases of the tests: a migrated template, and a copy of it for each process."""

import fcntl
import hashlib
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import Connection, create_engine

from tests.database.lease import Server, locked
from webapp import create_app
from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.extensions import db, init_migrations
from webapp.embedded.postgres import (
    APP_ROLE,
    OWNER_ROLE,
    create_database,
    drop_database,
    superuser_connection,
)
from webapp.models import Base

PREFIX = "tests_"
REMEDY = '.venv/bin/flask --app wsgi db revision --autogenerate -m "Short name" --rev-id NUMBER'


def urls(server: Server, database: str) -> dict[str, str]:
    return {
        "DATABASE_URL": server.url_for(database, APP_ROLE),
        "DATABASE_OWNER_URL": server.url_for(database, OWNER_ROLE),
    }


@contextmanager
def own_database(server: Server) -> Iterator[str]:
    """A copy of the migrated one for this process. Its lock ends with the connection, however that ends: a database
    that nobody has locked is left over."""
    template = migrated(server)
    name = f"{PREFIX}{secrets.token_hex(4)}"
    with superuser_connection(server) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        drop_leftovers(server, connection)
        create_database(server, name, template=template)
        yield name
        drop_database(server, name)


def drop_leftovers(server: Server, connection: psycopg.Connection) -> None:
    for name in databases(connection):
        if not name.startswith(PREFIX):
            continue
        if connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone() == (True,):
            drop_database(server, name)
            connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def databases(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT datname FROM pg_database")]


def migrated(server: Server) -> str:
    """The name of the database with all migrations, made once for each state of models and migrations.

    Ends the run when they differ: that would be the reason of a hundred failures.
    """
    name = f"migrated_{digest()}"
    with locked(server.folder / "migrated.lock", fcntl.LOCK_EX):
        with superuser_connection(server) as connection:
            is_there = name in databases(connection)
        if not is_there:
            make(server, name)
    return name


def digest() -> str:
    files = sorted(path for folder in ("webapp/models", "migrations") for path in (PROJECT_DIR / folder).rglob("*.py"))
    whole = b"".join(str(path).encode() + path.read_bytes() for path in files)
    return hashlib.sha256(whole).hexdigest()[:12]


def make(server: Server, name: str) -> None:
    """Under another name until it is whole."""
    unfinished = f"{name}_unfinished"
    drop_database(server, unfinished)
    create_database(server, unfinished)
    services = {
        "PUBLIC_URL": "http://localhost",
        "SECRET_KEY": "s" * 40,
        "REDIS_URL": "redis://127.0.0.1:1",
        "LOG_LEVEL": "warning",
    }
    app = create_app(Settings.load(services | {"MAIL_SERVER": "127.0.0.1"} | urls(server, unfinished)))
    init_migrations(app)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    engine = create_engine(app.extensions["settings"].database_owner_url)
    with engine.connect() as connection:
        found = differences(connection)
    engine.dispose()
    if found:
        pytest.exit(f"Models and migrations differ: {'; '.join(found)}. Run: {REMEDY}", returncode=1)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
    with superuser_connection(server) as superuser:
        superuser.execute(rename)


def differences(connection: Connection) -> list[str]:
    """What the models say and the migrations do not, each in some words."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    with warnings.catch_warnings():
        # Alembic compares the text of computed columns, which Postgres writes in its own way.
        warnings.filterwarnings("ignore", "Computed default on .* cannot be modified")
        found: list[Any] = compare_metadata(context, Base.metadata)
    flat = [each for group in found for each in (group if isinstance(group, list) else [group])]
    return [in_words(*each) for each in flat]


def in_words(kind: str, *what: Any) -> str:
    match kind, what:
        case "add_table", (table,):
            return f"no migration makes the table {table.name}"
        case "remove_table", (table,):
            return f"no model has the table {table.name}"
        case "add_column", (_, table, column):
            return f"table {table} has a column {column.name} that no migration adds"
        case "remove_column", (_, table, column):
            return f"table {table} has a column {column.name} that migrations add and no model has"
        case str(), (_, str(table), str(column), *_) if kind.startswith("modify_"):
            return (
                f"table {table}, column {column}: the {kind.removeprefix('modify_')} is another one in the migrations"
            )
        case str(), (thing, *_):
            return f"{kind.replace('_', ' ')} {getattr(thing, 'name', thing)}"
    return kind
