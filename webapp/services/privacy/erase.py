"""Erasing guests: address, name and all texts they wrote are removed from every table; times, counts and statuses stay.

Rows are kept, not deleted: the record of a meeting belongs to the host, and references stay valid. The outbox, the
queue, the audit log and the logs never contain a name or an address (`outbox.record`, `audit`, `logs`).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, delete, exists, func, or_, select, union, update
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional, within_transaction
from webapp.core.db import session as current_session
from webapp.domain.actor import GUEST, SYSTEM, Actor, ActorKind, manage_link_actor
from webapp.domain.bookings import ACTIVE, EventKind
from webapp.domain.erasure import ERASED_DOMAIN, ERASED_LOCALE, ERASED_NAME, ERASED_ZONE, erased_address
from webapp.domain.errors import AlreadyCancelled, Forbidden, NotActive
from webapp.models import (
    Base,
    Booking,
    CountedMail,
    Delivery,
    DeliveryStatus,
    Guest,
    IdempotencyKey,
    OutboxEvent,
    Slot,
)
from webapp.models.base import OF_GUEST, columns_of
from webapp.services.addresses.blocked import forget_blocked
from webapp.services.addresses.confirmed import forget_confirmed
from webapp.services.bookings.bookings import cancel
from webapp.services.bookings.decisions import SWEEP_LIMIT
from webapp.services.bookings.view import booking_select, booking_view
from webapp.services.privacy.guests import guests_at
from webapp.services.shared.access import lock_host
from webapp.services.shared.audit import write_audit

NOTHING_TO_SEND = "the guest's data were erased"
_IS_KNOWN = Guest.email.not_like(f"%@{ERASED_DOMAIN}")


@dataclass(frozen=True, slots=True)
class ErasedGuest:
    """Identifies the row without personal data: the id alone may be reused after a backup was restored."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many guests and bookings were erased."""

    guests: int
    bookings: int


@transactional
def erase_address(session: Session, email: str, *, actor: Actor = GUEST) -> Erasure:
    """Erase all guests with this address, at all hosts. Future meetings are cancelled, and their hosts notified. Raises
    Overloaded; then nothing is erased."""
    return _erase(session, actor, Guest.id.in_([row.id for row in guests_at(session, email)]))


def erase_guest(guest_id: int, *, actor: Actor) -> Erasure:
    """Erase one guest of one host. Raises Forbidden, Overloaded."""
    if actor.kind not in (ActorKind.ADMIN, ActorKind.SYSTEM):
        raise Forbidden
    return _erase_those(actor, Guest.id == guest_id)


def erase_past_guests(days: int) -> int:
    """Erase guests whose last meeting ended more than this many days ago; returns how many, SWEEP_LIMIT at most. Each
    is checked again just before: a guest who has booked meanwhile stays."""
    since = func.now() - timedelta(days=days)
    past = ~exists().where(Booking.guest_id == Guest.id, Slot.id == Booking.slot_id, Slot.ends_at > since)
    return sum(_erase_those(SYSTEM, Guest.id == guest_id, past).guests for guest_id in _known(past))


def erased_guests() -> list[ErasedGuest]:
    """All erased guests, to be erased again (`erase_again`) after an older backup was restored."""
    query = select(Guest.id, Guest.created_at).where(~_IS_KNOWN).order_by(Guest.id)
    return [ErasedGuest(*row) for row in current_session().execute(query)]


def erase_again(guests: Iterable[ErasedGuest]) -> int:
    """Erase those whose data exist again; returns how many."""
    those = ((Guest.id == guest.id, Guest.created_at == guest.created_at) for guest in guests)
    return sum(_erase_those(SYSTEM, *which).guests for which in those)


@transactional
def _known(session: Session, which: ColumnElement[bool]) -> list[int]:
    return list(session.scalars(select(Guest.id).where(which, _IS_KNOWN).order_by(Guest.id).limit(SWEEP_LIMIT)))


@transactional
def _erase_those(session: Session, actor: Actor, *which: ColumnElement[bool]) -> Erasure:
    return _erase(session, actor, *which)


def _erase(session: Session, actor: Actor, *which: ColumnElement[bool]) -> Erasure:
    # Booking takes these locks first, so that no booking of these guests is added meanwhile. The guests are read after
    # that, in a separate statement.
    hosts = select(Guest.host_id).where(*which, _IS_KNOWN).order_by(Guest.host_id).distinct()
    for host_id in session.scalars(hosts).all():
        lock_host(session, host_id)
    guest_ids = session.scalars(select(Guest.id).where(*which, _IS_KNOWN)).all()
    _cancel_coming(session, guest_ids, actor)
    mine = session.execute(select(Booking.id, Booking.uid).where(Booking.guest_id.in_(guest_ids))).all()
    _forget_words(session, [row.id for row in mine])
    _forget_answers(session, mine)
    _drop_mails(session, guest_ids, [row.id for row in mine])
    _forget_addresses(session, guest_ids)
    for guest_id in guest_ids:
        session.execute(update(Guest).where(Guest.id == guest_id).values(email=erased_address()))
        write_audit(session, actor, "guest.erased", "guest", guest_id)
    return Erasure(len(guest_ids), len(mine))


def _forget_addresses(session: Session, guest_ids: Sequence[int]) -> None:
    emails = session.scalars(select(Guest.email).where(Guest.id.in_(guest_ids))).all()
    forget_confirmed(session, emails)
    forget_blocked(session, emails)


def _cancel_coming(session: Session, guest_ids: Sequence[int], actor: Actor) -> None:
    """Cancel future meetings as the guest, or as the system if the event type's notice forbids it to the guest. In the
    order of slots, which are locked one after the other. A meeting that has begun goes on, and one that was cancelled
    or declined concurrently is skipped."""
    coming = Booking.guest_id.in_(guest_ids), Booking.status.in_(ACTIVE), Slot.starts_at > func.now()
    rows = session.execute(booking_select().where(*coming).order_by(Slot.id)).all()
    now = database_now(session)
    with within_transaction(session):
        for booking in map(booking_view, rows):
            is_guests = actor.kind is ActorKind.GUEST and now <= booking.changeable_until
            with suppress(AlreadyCancelled, NotActive):
                cancel(booking.uid, actor=manage_link_actor(str(booking.uid)) if is_guests else SYSTEM)


def _forget_words(session: Session, booking_ids: Sequence[int]) -> None:
    mine = update(Booking).where(Booking.id.in_(booking_ids))
    session.execute(mine.values(_erased_booking()))


def _erased_booking() -> dict[str, Any]:
    """Each column about the guest is emptied, or gets a placeholder if it must have a value. A location that the host
    entered stays: it belongs to the host."""
    columns = columns_of(Base.metadata.tables["booking"], OF_GUEST)
    return {column.name: None if column.nullable else "" for column in columns} | {
        "guest_name": ERASED_NAME,
        "answers": {},
        "location": case((Booking.is_guest_location, ""), else_=Booking.location),
        "time_zone": ERASED_ZONE,
        "locale": ERASED_LOCALE,
    }


def _forget_answers(session: Session, bookings: Sequence[Any]) -> None:
    """Delete the idempotency keys of requests for these bookings, from pages and API: a key is text from its sender."""
    uids = [str(row.uid) for row in bookings]
    answer = IdempotencyKey.answer
    theirs = or_(
        answer["booking", "uid"].astext.in_(uids),
        IdempotencyKey.scope.in_([f"api:booking:{uid}" for uid in uids]),
    )
    session.execute(delete(IdempotencyKey).where(theirs))


def _drop_mails(session: Session, guest_ids: Sequence[int], booking_ids: Sequence[int]) -> None:
    """Skip mails waiting for the guest, and delete the servers' replies about the address. A delivery that a worker is
    sending is left to that worker, which checks the guest itself."""
    is_theirs = (Delivery.recipient == "guest") & (Delivery.status == DeliveryStatus.WAITING)
    # A union, because an OR with a subquery could not use an index, and old deliveries are never deleted.
    about_them = union(select(Delivery.id).where(Delivery.booking_id.in_(booking_ids)), _links_to_data(guest_ids))
    session.execute(delete(CountedMail).where(CountedMail.delivery_id.in_(about_them)))
    free = select(Delivery.id).where(Delivery.id.in_(about_them), is_theirs | Delivery.last_error.is_not(None))
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(free.with_for_update(skip_locked=True)))
        .values(
            status=case((is_theirs, cast(DeliveryStatus.SKIPPED, String)), else_=Delivery.status),
            last_error=case((is_theirs, NOTHING_TO_SEND), else_=None),
        )
    )


def _links_to_data(guest_ids: Sequence[int]) -> Select[int]:
    """Mails with the link to the guest's data, which belong to no booking."""
    asked = OutboxEvent.kind == EventKind.GUEST_ASKED, OutboxEvent.data["guest_id"].as_integer().in_(guest_ids)
    query = select(Delivery.id).join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
    return query.where(Delivery.booking_id.is_(None), Delivery.kind == EventKind.GUEST_ASKED, *asked)
