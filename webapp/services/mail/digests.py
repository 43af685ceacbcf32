"""Digests: one mail instead of those that an address would have got above its limits. It says how things stand when it
is written, so whatever happens until then is in it, and nothing that matters is lost.

A held mail is skipped, and `counted_mail` says which digest tells of it. An address has at most one digest that waits;
further held mails join it.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from webapp.core.db import database_now
from webapp.core.extensions import site
from webapp.domain.bookings import Audience, EventKind
from webapp.domain.mail_limits import DAY, digest_due
from webapp.models import Booking, CountedMail, Delivery, DeliveryStatus, OutboxEvent, Slot
from webapp.services.addresses.blocked import is_blocked
from webapp.services.bookings.view import BookingView, booking_select, booking_view
from webapp.services.mail.addressees import Addressee, addressees

HELD = "too many mails to this address; a digest says how things stand"
MOST_BOOKINGS = 100  # in one digest, those that are not over first
KEPT, UNSENT_KEPT = 2 * DAY, 30 * DAY


@dataclass(frozen=True, slots=True)
class Digest:
    """`bookings`: each with the role that the addressee has in it. `more`: how many there are beyond these. `kinds`: of
    the held mails that were about no booking."""

    email: str
    bookings: tuple[tuple[BookingView, Audience], ...]
    more: int
    kinds: frozenset[str]


def count(session: Session, mails: Sequence[Addressee], *, digest_id: int | None = None) -> None:
    """These mails are let through now, or held back until this digest. Mails that were counted before, and come again
    after a failure, count from now on."""
    if not mails:
        return
    row = insert(CountedMail)
    again = {"counted_at": func.now(), "digest_id": row.excluded.digest_id}
    values = [
        {
            "delivery_id": one.delivery_id,
            "mailbox_hash": one.mailbox_hash,
            "address_hash": one.address_hash,
            "new_host_id": one.new_host_id,
            "digest_id": digest_id,
        }
        for one in mails
    ]
    session.execute(row.on_conflict_do_update(index_elements=[CountedMail.delivery_id], set_=again), values)


def hold_back(session: Session, mails: Sequence[Addressee]) -> None:
    """Skip these mails, and have a digest tell of them. The caller holds the locks of their mailboxes."""
    by_address: dict[bytes, list[Addressee]] = {}
    for one in mails:
        by_address.setdefault(one.address_hash, []).append(one)
    for held in by_address.values():
        digest_id = _waiting_digest(session, held[0]) or _new_digest(session, held[0])
        count(session, held, digest_id=digest_id)
    skipped = update(Delivery).where(Delivery.id.in_([one.delivery_id for one in mails]))
    session.execute(skipped.values(status=DeliveryStatus.SKIPPED, last_error=HELD))


def read_digest(session: Session, digest_id: int) -> Digest | None:
    """What to tell, as it is now; None if there is nothing any more, since the guest was erased or wants no mails."""
    held = session.execute(
        select(Delivery.id, Delivery.booking_id, Delivery.recipient)
        .join(CountedMail, CountedMail.delivery_id == Delivery.id)
        .where(CountedMail.digest_id == digest_id)
    ).all()
    reached = addressees(session, [row.id for row in held])
    if not reached:
        return None
    roles = {row.booking_id: Audience(row.recipient) for row in held if row.booking_id}
    bookings = [view for view in _views(session, roles) if roles[view.id] is Audience.HOST or _is_wanted(session, view)]
    told = tuple((view, roles[view.id]) for view in bookings[:MOST_BOOKINGS])
    about_no_booking = {row.id for row in held if row.booking_id is None}
    kinds = frozenset(one.kind for one in reached if one.delivery_id in about_no_booking)
    if not told and not kinds:
        return None
    return Digest(reached[0].email, told, len(bookings) - len(told), kinds)


def _is_wanted(session: Session, booking: BookingView) -> bool:
    """Whether its guest may still be written to about it."""
    return not (booking.is_guest_erased or is_blocked(session, booking.host_id, booking.guest_email))


def forget_counted_mails(session: Session) -> None:
    """Delete what no longer counts, and what a digest has told."""
    digest = aliased(Delivery)
    unsent = digest.status.in_([DeliveryStatus.WAITING, DeliveryStatus.DEAD])
    untold = select(1).where(digest.id == CountedMail.digest_id, unsent).exists()
    age = func.now() - CountedMail.counted_at
    session.execute(delete(CountedMail).where((age > UNSENT_KEPT) | ((age > KEPT) & ~untold)))


def _views(session: Session, booking_ids: Collection[int]) -> list[BookingView]:
    """The ones ahead first, soonest first, then the past ones."""
    order = (Slot.ends_at < func.now(), Slot.starts_at, Booking.id)
    rows = session.execute(booking_select().where(Booking.id.in_(booking_ids)).order_by(*order))
    return [booking_view(row) for row in rows]


def _waiting_digest(session: Session, one: Addressee) -> int | None:
    """The digest for this address that waits, locked; None if there is none, or a worker is sending it."""
    of_address = select(CountedMail.digest_id).where(
        CountedMail.mailbox_hash == one.mailbox_hash, CountedMail.address_hash == one.address_hash
    )
    waiting = select(Delivery.id).where(Delivery.id.in_(of_address), Delivery.status == DeliveryStatus.WAITING)
    return session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).first()


def _new_digest(session: Session, one: Addressee) -> int:
    """Its event has no other delivery, and is dispatched already."""
    values: dict[str, Any] = {"kind": EventKind.MAILS_HELD, "host_id": one.host_id, "dispatched_at": func.now()}
    event_id = session.scalars(insert(OutboxEvent).values(values).returning(OutboxEvent.id)).one()
    digest = {
        "event_id": event_id,
        "kind": EventKind.MAILS_HELD,
        "recipient": Audience.GUEST,
        "host_id": one.host_id,
        "message_id": f"<{uuid.uuid4()}@{site.domain}>",
        "due_at": digest_due(_earlier_digests(session, one), database_now(session)),
    }
    return session.scalars(insert(Delivery).values(digest).returning(Delivery.id)).one()


def _earlier_digests(session: Session, one: Addressee) -> Sequence[datetime]:
    """When those of the last day to this mailbox went out, or will."""
    moment = func.coalesce(Delivery.sent_at, Delivery.due_at)
    of_mailbox = select(CountedMail.digest_id).where(CountedMail.mailbox_hash == one.mailbox_hash)
    return session.scalars(select(moment).where(Delivery.id.in_(of_mailbox), moment > func.now() - DAY)).all()
