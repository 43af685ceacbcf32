"""Guests by address (one row for each host whom they have booked), and the data that an instance has about them.

`ask_for_data` writes an event, the worker mails a link, and the link opens the data for an hour. The link contains the
uid of a booking and is signed together with the address: the address appears in no URL and no log, and once it is
erased the link is invalid.

Token: base64url of its expiry (5 bytes, Unix seconds), a booking's uid (16) and the signature (16), 50 characters.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, lateral, select, true
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.core.extensions import signer
from webapp.domain.bookings import ACTIVE, EventKind
from webapp.domain.erasure import is_erased
from webapp.domain.errors import NotFound
from webapp.domain.urls import base64url, from_base64url
from webapp.models import Booking, Delivery, Guest, Host, Slot
from webapp.services.bookings.view import BookingView, booking_select, booking_view
from webapp.services.shared import outbox


def guests_at(session: Session, email: str) -> Sequence[Any]:
    """(id, host_id) of each guest with this address, ignoring case: one index lookup per host."""
    mine = Guest.host_id == Host.id, func.lower(Guest.email) == func.lower(email)
    found = lateral(select(Guest.id, Guest.host_id).where(*mine).correlate(Host).limit(1))
    return session.execute(select(found.c.id, found.c.host_id).join_from(Host, found, true())).all()


def bookings_of_address(email: str, *, limit: int | None = None) -> list[BookingView]:
    """Bookings at all hosts, the latest first."""
    session = current_session()
    ids = [row.id for row in guests_at(session, email)]
    query = booking_select().where(Booking.guest_id.in_(ids)).order_by(Slot.starts_at.desc(), Booking.id.desc())
    return [booking_view(row) for row in session.execute(query.limit(limit))]


def coming_bookings(email: str) -> int:
    """How many bookings at all hosts are active and have not begun."""
    session = current_session()
    ids = [row.id for row in guests_at(session, email)]
    coming = Booking.guest_id.in_(ids), Booking.status.in_(ACTIVE), Slot.starts_at > func.now()
    return session.scalars(select(func.count()).select_from(Booking).join(Slot).where(*coming)).one()


def mails_to_guest(booking_ids: Sequence[int]) -> dict[int, list[Any]]:
    """By booking: (kind, status, sent_at) of each mail, oldest first."""
    query = select(Delivery.booking_id, Delivery.kind, Delivery.status, Delivery.sent_at).where(
        Delivery.booking_id.in_(booking_ids), Delivery.recipient == "guest"
    )
    found: dict[int, list[Any]] = {}
    for row in current_session().execute(query.order_by(Delivery.id)):
        found.setdefault(row.booking_id or 0, []).append(row)
    return found


PURPOSE = "privacy-link"
LINK_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Asker:
    """The recipient of a link; `locale` is that of their last booking."""

    email: str
    locale: str
    token: str


@transactional
def ask_for_data(session: Session, email: str) -> None:
    """Somebody entered this address. A mail follows if there are data about it, and the caller does not learn whether
    there are; the event refers to a row and never contains the address."""
    found = guests_at(session, email)
    first = found[0] if found else None
    data = {"guest_id": first.id if first else None}
    outbox.record_for(session, EventKind.GUEST_ASKED, first.host_id if first else None, data=data)


def asker(session: Session, guest_id: int) -> Asker | None:
    """The recipient of the mail; None if the guest has been erased meanwhile."""
    query = select(Guest.email, Booking.uid, Booking.locale).join(Booking, Booking.guest_id == Guest.id)
    row = session.execute(query.where(Guest.id == guest_id).order_by(Booking.id.desc()).limit(1)).first()
    if row is None or is_erased(row.email):
        return None
    return Asker(row.email, row.locale, privacy_token(row.uid, row.email))


def privacy_token(uid: uuid.UUID, email: str, *, now: float | None = None) -> str:
    """`uid`: of any booking with this address."""
    raw = int((time.time() if now is None else now) + LINK_SECONDS).to_bytes(5) + uid.bytes
    return base64url(raw + signer.tag(PURPOSE, _signed(raw, email)))


def proved_address(token: str) -> str:
    """The address of a token. Raises NotFound if the token is not valid or too old, or the guest has been erased."""
    raw = from_base64url(token)
    if raw is None or len(raw) != 37 or int.from_bytes(raw[:5]) <= time.time():
        raise NotFound
    email = current_session().scalar(
        select(Guest.email).join(Booking, Booking.guest_id == Guest.id).where(Booking.uid == uuid.UUID(bytes=raw[5:21]))
    )
    if email is None or is_erased(email) or not signer.verifies(PURPOSE, _signed(raw[:21], email), raw[21:]):
        raise NotFound
    return email


def _signed(raw: bytes, email: str) -> bytes:
    return raw + email.lower().encode()
