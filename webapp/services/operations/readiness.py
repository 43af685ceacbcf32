"""Whether this process can work: the database session has the required settings, and the tables this code needs
exist."""

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.db import session
from webapp.core.logs import log
from webapp.core.migrations import APPLIED, heads, revisions
from webapp.core.postgres import NO_SESSIONS, TooOldError, session_fault
from webapp.core.sql import driver_connection
from webapp.services.mail.server_refusals import mail_trouble


class NotReadyError(Exception):
    """The text tells an operator what is missing."""


def check(database_url: str) -> list[str]:
    """Raises NotReadyError. Returns notes for the operator about problems that do not prevent bookings; often none."""
    try:
        notes = [_schema(_applied(database_url)), mail_trouble(session())]
    except (SQLAlchemyError, psycopg.Error) as error:
        cause = getattr(error, "orig", error)
        problem = str(cause) if isinstance(cause, TooOldError) else "no answer, or no tables"
        raise NotReadyError(f"database: {problem}") from None
    return [str(note) for note in notes if note]


def _applied(database_url: str) -> set[str]:
    """The migrations of a database whose sessions have the required settings."""
    with driver_connection(None, APPLIED) as connection:
        if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
            raise NotReadyError(f"database: its encoding is {encoding}, make it with ENCODING 'UTF8'")
        if lost := connection.lost_settings():
            raise NotReadyError(f"database: {NO_SESSIONS} ({', '.join(lost)})")
        is_pooled = connection.info.backend_pid != connection.session_pid
        applied = {revision for (revision,) in connection.execute(APPLIED).fetchall()}
    if is_pooled and (fault := session_fault(database_url)):
        raise NotReadyError(f"database: {fault}")
    return applied


def tell_at_start(database_url: str) -> None:
    """Log one line if something is missing; the process goes on and waits for it."""
    try:
        check(database_url)
    except NotReadyError as error:
        log.warning(str(error))


def _schema(applied: set[str]) -> str:
    """A newer release adds before it removes, so its tables also work for this code while both run, or after a rollback
    of the code."""
    if applied == heads():
        return ""
    if unknown := applied - revisions():
        return f"database: newer schema, {', '.join(sorted(unknown))}"
    raise NotReadyError("database: not at the newest migration")
