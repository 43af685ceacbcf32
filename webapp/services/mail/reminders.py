"""Reminders: deliveries with a due time of their own, which may be pointless by then.

They are written when a booking is confirmed or moved, with the minutes set in its event type at that time. Later events
skip those still waiting (`drop_reminders`), so that the host sees it; but the decision is made from the booking when
the reminder is due (`why_not`), which does not depend on the order of events.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.domain.bookings import Audience, BookingStatus, EventKind
from webapp.domain.reminders import PREFIX, reminder_minutes, reminders_ahead
from webapp.models import Base, Booking, DeliveryStatus, EventType, Guest, Slot
from webapp.services.addresses.confirmed import confirmed_among
from webapp.services.bookings.view import BookingView
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.services.shared.outbox import Event

BEGINNINGS = frozenset({EventKind.BOOKING_CONFIRMED, EventKind.BOOKING_RESCHEDULED, EventKind.BOOKING_IMPORTED})
ENDINGS = frozenset(
    {
        EventKind.BOOKING_RESCHEDULED,
        EventKind.BOOKING_CANCELLED,
        EventKind.BOOKING_COMPLETED,
        EventKind.BOOKING_NO_SHOW,
    }
)

NOT_WANTED = "the booking was cancelled, moved or is over"
PAST = "the meeting has begun"
LATER_ONE = "the next reminder is due already"
TOLD_ONCE = "another reminder tells of all guests of this time"

_DELIVERY: Table = Base.metadata.tables["delivery"]
delivery = _DELIVERY.c
_STILL = delivery.status.in_([DeliveryStatus.WAITING, DeliveryStatus.SENT])


def planned_reminders(session: Session, events: Sequence[Event]) -> Iterator[tuple[Event, str, datetime]]:
    """(event, kind, moment) for events that confirm or move a meeting, if the booking has not changed since."""
    beginnings = {event.booking_id: event for event in events if event.kind in BEGINNINGS}
    if not beginnings:
        return
    rows = session.execute(
        select(Booking.id, Booking.version, Slot.starts_at, EventType.reminder_minutes, func.now().label("now"))
        .join(Slot, Slot.id == Booking.slot_id)
        .join(EventType, EventType.id == Slot.event_type_id)
        .where(Booking.id.in_(beginnings), Booking.status == BookingStatus.CONFIRMED)
    )
    for row in rows:
        event = beginnings[row.id]
        if event.booking_version == row.version:
            for kind, moment in reminders_ahead(row.starts_at, row.reminder_minutes, row.now):
                yield event, kind, moment


def imported_for_strangers(session: Session, events: Sequence[Event]) -> frozenset[int | None]:
    """Imported bookings whose guests get no reminders: whoever wrote the file may have invented them, and nobody has
    ever confirmed their address on this instance."""
    imported = {event.booking_id for event in events if event.kind == EventKind.BOOKING_IMPORTED}
    if not imported:
        return frozenset()
    query = select(Booking.id, Guest.email).join(Guest, Guest.id == Booking.guest_id).where(Booking.id.in_(imported))
    emails = {row.id: row.email for row in session.execute(query)}
    known = confirmed_among(session, set(emails.values()))
    return frozenset(booking_id for booking_id, email in emails.items() if email not in known)


def drop_reminders(session: Session, events: Sequence[Event]) -> None:
    """Skip waiting reminders for an earlier version or status of these bookings. A reminder that a worker is sending is
    left to that worker; letters about later events wait for it."""
    booking_ids = {event.booking_id for event in events if event.kind in ENDINGS}
    if not booking_ids:
        return
    waiting = (
        select(delivery.id)
        .join_from(_DELIVERY, Booking, Booking.id == delivery.booking_id)
        .where(
            delivery.booking_id.in_(booking_ids),
            delivery.kind.startswith(PREFIX),
            delivery.status == DeliveryStatus.WAITING,
        )
        .where(or_(Booking.status != BookingStatus.CONFIRMED, Booking.version != delivery.booking_version))
        .with_for_update(of=_DELIVERY, skip_locked=True)
    )
    skipped = {"status": DeliveryStatus.SKIPPED, "last_error": NOT_WANTED}
    session.execute(update(_DELIVERY).where(delivery.id.in_(waiting)).values(skipped))


def why_not(session: Session, mail: ClaimedDelivery, booking: BookingView) -> str | None:
    """Why this reminder must not be sent, or None. `booking`: its current state."""
    if booking.status is not BookingStatus.CONFIRMED or booking.version != mail.booking_version:
        return NOT_WANTED
    values = {"booking": booking.id, "version": booking.version, "recipient": mail.recipient, "kind": mail.kind}
    rows = session.execute(_SIBLINGS, values).all()
    if booking.start <= rows[0].now:
        return PAST
    mine, ahead = reminder_minutes(mail.kind) or 0, booking.start - rows[0].now
    later = [minutes for row in rows if (minutes := reminder_minutes(row.kind) or 0) < mine]
    if any(timedelta(minutes=minutes) >= ahead for minutes in later):
        return LATER_ONE
    is_told = mail.recipient == Audience.HOST and session.execute(_TOLD, values | {"slot": booking.slot_id}).first()
    return TOLD_ONCE if is_told else None


def confirmed_guests(session: Session, slot_id: int) -> list[tuple[str, str]]:
    """(name, address) of all confirmed guests, for the host."""
    return [(row.guest_name, row.email) for row in session.execute(_GUESTS, {"slot": slot_id})]


# Built once, like the statements in `deliveries`.
_SIBLINGS = select(delivery.kind, func.now().label("now")).where(
    delivery.booking_id == bindparam("booking"),
    delivery.booking_version == bindparam("version"),
    delivery.recipient == bindparam("recipient"),
    delivery.kind.startswith(PREFIX),
    _STILL,
)
_TOLD = (
    select(1)
    .join_from(_DELIVERY, Booking, (Booking.id == delivery.booking_id) & (Booking.version == delivery.booking_version))
    .where(Booking.slot_id == bindparam("slot"), Booking.id < bindparam("booking"))
    .where(Booking.status == BookingStatus.CONFIRMED)
    .where(delivery.kind == bindparam("kind"), delivery.recipient == bindparam("recipient"), _STILL)
    .limit(1)
)
_GUESTS = (
    select(Booking.guest_name, Guest.email)
    .join(Guest, Guest.id == Booking.guest_id)
    .where(Booking.slot_id == bindparam("slot"), Booking.status == BookingStatus.CONFIRMED)
    .order_by(Booking.id)
)
