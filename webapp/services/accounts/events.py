"""Events of authentication for the audit log: who logged in or failed to, from where, and what became of sessions and
passwords. Refusals by a limit are written once per period, so that an attack does not fill the log."""

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.services.shared.audit import write_audit


class AccountEvent(StrEnum):
    LOGGED_IN = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    LOGIN_LIMITED = "login.limited"  # too many wrong passwords
    MAIL_LIMITED = "mail.limited"  # too many mails to one address, or from one client
    SESSION_ENDED = "session.ended"
    REGISTRATION_ASKED = "registration.asked"
    REGISTERED = "registration.confirmed"
    RESET_ASKED = "password.reset_asked"
    CHECK_FAILED = "password.failed"  # a wrong password, in a form of somebody who is logged in
    RESET_DONE = "password.reset"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105


def write_event(session: Session, event: AccountEvent, *, host_id: int | None, actor: Actor, **details: Any) -> None:
    """In the caller's transaction. `host_id`: the account it is about; None if there is none."""
    write_audit(session, actor, event, "host", host_id, **details)


@transactional
def note_event(session: Session, /, event: AccountEvent, *, host_id: int | None, actor: Actor, **details: Any) -> None:
    write_event(session, event, host_id=host_id, actor=actor, **details)
