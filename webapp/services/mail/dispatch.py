"""Dispatch of events: which recipients get which mail, and when."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.domain.bookings import Audience, EventKind
from webapp.models import Base, Booking, EventType, OutboxEvent, Slot
from webapp.services.mail.merging import WAIT, is_delayed
from webapp.services.mail.reminders import drop_reminders, imported_for_strangers, planned_reminders
from webapp.services.shared.outbox import Event
from webapp.services.webhooks.dispatch import dispatch_to_webhooks

BATCH = 500  # events per transaction of a relay
FOLLOW_UP_WITHIN = timedelta(days=7)  # after the end; later the recipient would not know what it is about

GUEST, HOST = Audience
RECIPIENTS: dict[EventKind, tuple[Audience, ...]] = {
    EventKind.BOOKING_HELD: (GUEST,),
    EventKind.BOOKING_REQUESTED: (GUEST, HOST),
    EventKind.BOOKING_CONFIRMED: (GUEST, HOST),
    EventKind.BOOKING_DECLINED: (GUEST, HOST),
    EventKind.BOOKING_RESCHEDULED: (GUEST, HOST),
    EventKind.BOOKING_CANCELLED: (GUEST, HOST),
    EventKind.BOOKING_COMPLETED: (GUEST,),  # if the event type has a follow-up
    EventKind.BOOKING_NO_SHOW: (),
    EventKind.BOOKING_IMPORTED: (),
    EventKind.GUEST_ASKED: (GUEST,),
    EventKind.SLOT_PUBLISHED: (),
    EventKind.WEBHOOK_TEST: (),
    EventKind.MAILS_HELD: (GUEST,),  # written with its delivery (`digests`)
    EventKind.ACCOUNT_CONFIRM: (HOST,),
    EventKind.ACCOUNT_EXISTS: (HOST,),
    EventKind.ACCOUNT_RESET: (HOST,),
    EventKind.ACCOUNT_PASSWORD_CHANGED: (HOST,),
    EventKind.ACCOUNT_WEBHOOK_DISABLED: (HOST,),
}
REMINDER_RECIPIENTS = (GUEST, HOST)
_DELIVERY: Table = Base.metadata.tables["delivery"]
_MOMENT = bindparam("moment", type_=DateTime(timezone=True))
_INSERT = insert(_DELIVERY).values(due_at=func.coalesce(_MOMENT, func.now())).on_conflict_do_nothing()


def dispatch_events(session: Session, *, limit: int = BATCH) -> int:
    """Create deliveries for undispatched events; returns how many events. Several relays may do so concurrently."""
    rows = session.execute(
        select(
            OutboxEvent.id,
            OutboxEvent.kind,
            OutboxEvent.host_id,
            OutboxEvent.booking_id,
            OutboxEvent.booking_version,
            OutboxEvent.data,
            OutboxEvent.occurred_at,
        )
        # Events of a kind unknown to this version wait for the version that knows it.
        .where(OutboxEvent.dispatched_at.is_(None), OutboxEvent.kind.in_(RECIPIENTS))
        .order_by(OutboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    events = [Event(*row) for row in rows]
    if not events:
        return 0
    deliveries = [*_letters(session, events), *_reminders(session, events)]
    if deliveries:
        session.execute(_INSERT, deliveries)
    drop_reminders(session, events)
    dispatch_to_webhooks(session, events)
    session.execute(
        update(OutboxEvent).where(OutboxEvent.id.in_([event.id for event in events])).values(dispatched_at=func.now())
    )
    return len(events)


def _letters(session: Session, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    completed = {event.booking_id for event in events if event.kind == EventKind.BOOKING_COMPLETED}
    followed_up = _with_follow_up(session, completed) if completed else frozenset()
    for event in events:
        if event.kind != EventKind.BOOKING_COMPLETED or event.booking_id in followed_up:
            for recipient in RECIPIENTS[EventKind(event.kind)]:
                yield _row(event, event.kind, recipient, event.occurred_at + WAIT if is_delayed(event) else None)


def _reminders(session: Session, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    for_strangers = imported_for_strangers(session, events)
    for event, kind, moment in planned_reminders(session, events):
        for recipient in REMINDER_RECIPIENTS:
            if recipient is HOST or event.booking_id not in for_strangers:
                yield _row(event, kind, recipient, moment)


def _row(event: Event, kind: str, recipient: Audience, moment: datetime | None = None) -> dict[str, Any]:
    """`moment`: when it is due; at once if omitted. The Message-ID is generated here, so that it is the same on every
    attempt."""
    return {
        "event_id": event.id,
        "kind": kind,
        "recipient": recipient,
        "host_id": event.host_id,
        "booking_id": event.booking_id,
        "booking_version": event.booking_version,
        "message_id": f"<{uuid.uuid4()}@{site.domain}>",
        "moment": moment,
    }


def _with_follow_up(session: Session, booking_ids: set[int | None]) -> frozenset[int]:
    ids = session.scalars(
        select(Booking.id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(EventType, EventType.id == Slot.event_type_id)
        .where(Booking.id.in_(booking_ids), EventType.has_follow_up)
        .where(Slot.ends_at > func.now() - FOLLOW_UP_WITHIN)
    )
    return frozenset(ids)
