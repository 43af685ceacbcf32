"""Whether this process can work: its database answers as it has to, and has the tables this code needs."""

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.db import session
from webapp.core.logs import log
from webapp.core.migrations import APPLIED, heads, revisions
from webapp.core.postgres import NO_SESSIONS, TooOldError, session_fault
from webapp.core.sql import driver_connection
from webapp.services.mail.server_refusals import mail_trouble


class NotReadyError(Exception):
    """The text says what is missing, in words for an operator."""


def check(database_url: str) -> list[str]:
    """Raises NotReadyError. Returns what an operator may want to know although bookings work; often nothing."""
    try:
        notes = [_schema(_applied(database_url)), mail_trouble(session())]
    except (SQLAlchemyError, psycopg.Error) as error:
        cause = getattr(error, "orig", error)
        problem = str(cause) if isinstance(cause, TooOldError) else "no answer, or no tables"
        raise NotReadyError(f"database: {problem}") from None
    return [str(note) for note in notes if note]


def _applied(database_url: str) -> set[str]:
    """The migrations of a database whose sessions are as they have to be."""
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
    """One line in the log of a process that goes on, and waits for what is missing."""
    try:
        check(database_url)
    except NotReadyError as error:
        log.warning(str(error))


def _schema(applied: set[str]) -> str:
    """A newer release adds before it removes, so that its tables serve this code, too, while both run or after the
    newer code has been taken back."""
    if applied == heads():
        return ""
    if unknown := applied - revisions():
        return f"database: newer schema, {', '.join(sorted(unknown))}"
    raise NotReadyError("database: not at the newest migration")
