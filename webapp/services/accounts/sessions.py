"""Login sessions: one row for each login on a device. A session ends when its host logs out or the password changes, at
the latest a month after the login, and a week after it was last used."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.core.logs import log
from webapp.core.sql import Statement
from webapp.domain.actor import SYSTEM, Actor
from webapp.models import LoginSession
from webapp.services.accounts.events import AccountEvent, write_event

LONGEST = timedelta(days=30)
LONGEST_IDLE = timedelta(days=7)
USE_NOTED_EVERY = timedelta(hours=1)
_NOTE_USE = Statement("UPDATE login_session SET last_used_at = now() WHERE uid = %(uid)s")


def is_alive() -> ColumnElement[bool]:
    """A condition on the table of sessions."""
    begun = LoginSession.created_at > func.now() - LONGEST
    return begun & (LoginSession.last_used_at > func.now() - LONGEST_IDLE)


def begin(session: Session, *, host_id: int, instead_of: uuid.UUID | None, actor: Actor) -> uuid.UUID:
    """Start a session, in the caller's transaction; deletes the one that it replaces."""
    session.execute(delete(LoginSession).where(LoginSession.host_id == host_id, LoginSession.uid == instead_of))
    login = LoginSession(uid=uuid.uuid4(), host_id=host_id)
    session.add(login)
    write_event(session, AccountEvent.LOGGED_IN, host_id=host_id, actor=actor)
    return login.uid


def note_use(uid: uuid.UUID, last_used_at: datetime) -> None:
    """Update the time of last use, but not on every request. Outside the request's transaction, since this is no change
    that the request makes; without it the session only ends earlier."""
    if last_used_at < datetime.now(UTC) - USE_NOTED_EVERY:
        try:
            _NOTE_USE.rows(None, uid=uid)
        except SQLAlchemyError as error:  # such as a standby, which can be read all the same
            log.warning("the use of a session was not noted", cause=type(error).__name__)


@transactional
def end(session: Session, uid: uuid.UUID, *, host_id: int, actor: Actor) -> None:
    """Somebody logged out."""
    session.execute(delete(LoginSession).where(LoginSession.uid == uid))
    write_event(session, AccountEvent.SESSION_ENDED, host_id=host_id, actor=actor, why="logout")


def end_others(session: Session, *, host_id: int, kept: uuid.UUID | None, actor: Actor) -> None:
    """In the caller's transaction, at a new password."""
    others = LoginSession.host_id == host_id, LoginSession.uid.is_distinct_from(kept)
    for _ in session.scalars(delete(LoginSession).where(*others).returning(LoginSession.uid)):
        write_event(session, AccountEvent.SESSION_ENDED, host_id=host_id, actor=actor, why="password")


@transactional
def end_old(session: Session) -> int:
    """Delete sessions that are over by time; returns how many."""
    over = delete(LoginSession).where(~is_alive()).returning(LoginSession.host_id)
    host_ids = session.scalars(over).all()
    for host_id in host_ids:
        write_event(session, AccountEvent.SESSION_ENDED, host_id=host_id, actor=SYSTEM, why="time")
    return len(host_ids)
