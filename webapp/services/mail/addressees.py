"""Whom a mail goes to, before it is written."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, case, cast, func, select
from sqlalchemy.orm import Session

from webapp.domain.bookings import Audience, EventKind
from webapp.domain.erasure import is_erased
from webapp.models import Booking, Delivery, Guest, Host, OutboxEvent
from webapp.services.accounts.trust import new_host
from webapp.services.addresses.keys import address_hash

_TAG = re.compile(r"(?<=.)\+[^@]*(?=@)")


@dataclass(frozen=True, slots=True)
class Addressee:
    """The recipient of one delivery.

    `new_host_id`: of the new host whose guest it is; None for other recipients. `mailbox_hash`: what mails are counted
    under, since addresses with different tags, such as `+news`, lead to one mailbox. `address_hash`: what a digest is
    about, since not every mail server knows tags, and others may read what another tag gets.
    """

    delivery_id: int
    kind: str
    host_id: int
    email: str
    new_host_id: int | None
    mailbox_hash: bytes
    address_hash: bytes


def addressees(session: Session, delivery_ids: Collection[int]) -> list[Addressee]:
    """In order. Without digests, which are not counted as other mails are, and without guests who were erased."""
    is_guest = Delivery.recipient == Audience.GUEST
    # Only an event about a guest's data names a guest without a booking.
    guest_id = func.coalesce(Booking.guest_id, cast(OutboxEvent.data["guest_id"].astext, BigInteger))
    is_of_new_host = and_(is_guest, Delivery.booking_id.is_not(None), new_host())
    new_host_id = case((is_of_new_host, Delivery.host_id)).label("new_host_id")
    email = case((is_guest, Guest.email), else_=Host.email).label("email")
    query = (
        select(Delivery.id.label("delivery_id"), Delivery.kind, Delivery.host_id, email, new_host_id)
        .join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
        .join(Host, Host.id == Delivery.host_id)
        .outerjoin(Booking, Booking.id == Delivery.booking_id)
        .outerjoin(Guest, and_(Guest.id == guest_id, is_guest))
        .where(Delivery.id.in_(delivery_ids), Delivery.kind != EventKind.MAILS_HELD)
        .order_by(Delivery.id)
    )
    rows = [row for row in session.execute(query) if row.email and not is_erased(row.email)]
    return [_addressee(*row) for row in rows]


def _addressee(delivery_id: int, kind: str, host_id: int, email: str, new_host_id: int | None) -> Addressee:
    mailbox = address_hash(_TAG.sub("", email))
    return Addressee(delivery_id, kind, host_id, email, new_host_id, mailbox, address_hash(email))
