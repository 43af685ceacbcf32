"""Registration: whoever asks with an e-mail address gets a link by mail, and only who follows it chooses the name, the
page and the password. Until then the account is an empty row that nobody can use, and after two days it is deleted.

Whether an address is known or new, a request runs equally many statements and writes the same kinds of rows, so that
the time it takes tells nothing. Invitations are signed for one address, expire after some days and are not stored.
"""

import time
import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import case, delete, exists, func, insert, null, select, update
from sqlalchemy.orm import Session

from webapp.core.db import transactional
from webapp.core.extensions import TAG_BYTES, signer, site
from webapp.domain.actor import Actor, host_actor
from webapp.domain.bookings import EventKind
from webapp.domain.errors import EmailTaken, NotFound
from webapp.domain.urls import base64url, from_base64url
from webapp.models import Delivery, EventType, Host, OutboxEvent, Schedule, Slot
from webapp.services.accounts.accounts import HOST, account_id, furnish, give_roles
from webapp.services.accounts.events import AccountEvent, write_event
from webapp.services.shared import outbox

CONFIRM_WITHIN = timedelta(hours=48)
NOBODY_YET = "-"  # name of an account that is not confirmed
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    name: str
    slug: str
    time_zone: str


def ask(email: str, *, is_invited: bool, actor: Actor) -> None:
    """A mail with a link follows, or one that says that there is an account. The caller does not learn which."""
    try:
        _ask(email, is_invited=is_invited, actor=actor)
    except EmailTaken:  # somebody asked with the same address at the same time
        _ask(email, is_invited=is_invited, actor=actor)


@transactional
def _ask(session: Session, email: str, *, is_invited: bool, actor: Actor) -> None:
    host_id = account_id(email)
    if host_id is None:
        values = {"email": email, "name": NOBODY_YET, "slug": uuid.uuid4().hex, "time_zone": "UTC"}
        registered = {"fs_uniquifier": uuid.uuid4().hex, "registered_at": None if is_invited else func.now()}
        host_id, is_waiting = session.scalars(insert(Host).values(values | registered).returning(Host.id)).one(), True
    else:
        # Asked again, it waits as long again. An invitation stays, whoever asks without one.
        trusted = null() if is_invited else Host.registered_at
        waiting = update(Host).where(Host.id == host_id, Host.confirmed_at.is_(None))
        renewed = waiting.values(created_at=func.now(), registered_at=trusted).returning(Host.id)
        is_waiting = session.scalar(renewed) is not None
    outbox.record(session, EventKind.ACCOUNT_CONFIRM if is_waiting else EventKind.ACCOUNT_EXISTS, host_id=host_id)
    write_event(session, AccountEvent.REGISTRATION_ASKED, host_id=host_id, actor=actor)


@transactional
def ask_again(session: Session, email: str, *, actor: Actor) -> None:
    """Another mail with a link, if an account waits for it."""
    host_id = account_id(email)
    waiting = update(Host).where(Host.id == host_id, Host.confirmed_at.is_(None)).values(created_at=func.now())
    outbox.record_for(session, EventKind.ACCOUNT_CONFIRM, session.scalar(waiting.returning(Host.id)))
    write_event(session, AccountEvent.REGISTRATION_ASKED, host_id=host_id, actor=actor)


@transactional
def confirm(
    session: Session, host_id: int, profile: NewProfile, *, password_hash: str, client_address: str | None
) -> None:
    """Make the account of whoever has proved the address. Raises NotFound if it does not wait any more, SlugTaken."""
    waiting = update(Host).where(Host.id == host_id, Host.confirmed_at.is_(None))
    registered_at = case((Host.registered_at.is_(None), null()), else_=func.now())
    values = asdict(profile) | {"password": password_hash, "confirmed_at": func.now(), "registered_at": registered_at}
    if session.scalar(waiting.values(values).returning(Host.id)) is None:
        raise NotFound
    # Accounts that an earlier version made before the confirmation have these already.
    if not session.scalar(select(exists().where(Schedule.host_id == host_id))):
        furnish(session, host_id, time_zone=profile.time_zone)
    give_roles(session, host_id, (HOST,))
    write_event(session, AccountEvent.REGISTERED, host_id=host_id, actor=host_actor(host_id, client_address))


@transactional
def forget_unconfirmed(session: Session) -> int:
    """Delete accounts that nobody has confirmed in time; returns how many. Their page addresses are free again."""
    is_over = Host.confirmed_at.is_(None), Host.created_at < func.now() - CONFIRM_WITHIN
    is_unused = ~exists().where(Slot.host_id == Host.id)
    late = select(Host.id).where(*is_over, is_unused).limit(MOST_AT_ONCE).with_for_update(skip_locked=True)
    ids = session.scalars(late).all()
    for table in (Delivery, OutboxEvent, EventType, Schedule):
        session.execute(delete(table).where(table.host_id.in_(ids)))
    session.execute(delete(Host).where(Host.id.in_(ids)))
    return len(ids)


PURPOSE = "registration"
DAYS = 7


def invitation_url(email: str) -> str:
    """The link with which `email` may register within the next days."""
    raw = int(time.time() + DAYS * 86_400).to_bytes(8) + email.encode()
    return site.url(f"/register?invitation={base64url(signer.tag(PURPOSE, raw) + raw)}")


def invited_email(token: str) -> str | None:
    """The address that a token invites; None if the token is expired or not valid."""
    raw = from_base64url(token)
    if raw is None:
        return None
    tag, signed = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if len(signed) <= 8 or not signer.verifies(PURPOSE, signed, tag):
        return None
    return signed[8:].decode() if int.from_bytes(signed[:8]) > time.time() else None
