"""Logins of hosts: which of them stand."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, func
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.models import LoginSession

LONGEST = timedelta(days=14)


def begin(session: Session, *, host_id: int, instead_of: uuid.UUID | None) -> uuid.UUID:
    """A new login, in the caller's transaction; the one that it replaces and those of long ago are gone."""
    is_over = (LoginSession.uid == instead_of) | (LoginSession.created_at < func.now() - LONGEST)
    session.execute(delete(LoginSession).where(LoginSession.host_id == host_id, is_over))
    login = LoginSession(uid=uuid.uuid4(), host_id=host_id)
    session.add(login)
    return login.uid


@transactional
def end(session: Session, uid: uuid.UUID) -> None:
    session.execute(delete(LoginSession).where(LoginSession.uid == uid))
