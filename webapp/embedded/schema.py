"""Migrates the database if necessary. Checking first takes a hundredth of the time of loading the application."""

import subprocess
import sys
from contextlib import suppress

import psycopg

from webapp.core.config import PROJECT_DIR
from webapp.core.config.values import database_url
from webapp.core.migrations import APPLIED, heads
from webapp.core.postgres import OWNER_SETTINGS, TooOldError, connect
from webapp.embedded.processes import StartError


def applied(url: str) -> frozenset[str] | None:
    """The database's revisions; None if the application has no tables in it yet. Raises StartError."""
    try:
        with _connection(url) as connection:
            if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return None
            return frozenset(revision for (revision,) in connection.execute(APPLIED))
    except psycopg.Error as error:
        raise StartError(f"The database of DATABASE_URL cannot be used: {str(error).splitlines()[0]}") from None


def first_slug(url: str) -> str:
    """The oldest host's slug, as an example of a public page; empty if there is no host or no answer."""
    with suppress(psycopg.Error), _connection(url) as connection:
        found = connection.execute("SELECT slug FROM host ORDER BY id LIMIT 1").fetchone()
        if found:
            return str(found[0])
    return ""


def _connection(url: str) -> psycopg.Connection:
    """A connection for any URL that the settings accept. Raises StartError if the server is too old."""
    try:
        return connect(database_url(url), OWNER_SETTINGS)
    except TooOldError as error:
        raise StartError(str(error)) from None


def is_empty(environ: dict[str, str]) -> bool:
    """Whether the database has no tables, that is, whether this is the first start."""
    return _applied(environ) is None


def upgrade(environ: dict[str, str]) -> None:
    """Apply the missing migrations."""
    if _applied(environ) != heads():
        flask(environ, "db", "upgrade")


def _applied(environ: dict[str, str]) -> frozenset[str] | None:
    return applied(environ.get("DATABASE_OWNER_URL") or environ["DATABASE_URL"])


def flask(environ: dict[str, str], *command: str) -> str:
    """Run a command of the application and return what it printed."""
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    done = subprocess.run(line, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stderr.strip().splitlines()[-12:])
        raise StartError(f"`flask --app wsgi {' '.join(command)}` failed:\n{tail}")
    return done.stdout
