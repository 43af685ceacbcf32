"""From an event to its deliveries: who is told what."""

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.booking import EventKind
from webapp.extensions import site
from webapp.models import Delivery, OutboxEvent

BATCH = 500  # events per transaction of a relay

GUEST, HOST = "guest", "host"
RECIPIENTS: dict[EventKind, tuple[str, ...]] = {
    EventKind.BOOKING_REQUESTED: (),
    EventKind.BOOKING_DECLINED: (),
    EventKind.BOOKING_COMPLETED: (),
    EventKind.BOOKING_NO_SHOW: (),
    EventKind.BOOKING_CONFIRMED: (GUEST, HOST),
    EventKind.BOOKING_RESCHEDULED: (GUEST, HOST),
    EventKind.BOOKING_CANCELLED: (GUEST, HOST),
    EventKind.ACCOUNT_CONFIRM: (HOST,),
    EventKind.ACCOUNT_EXISTS: (HOST,),
    EventKind.ACCOUNT_RESET: (HOST,),
    EventKind.ACCOUNT_PASSWORD_CHANGED: (HOST,),
}


def dispatch_events(session: Session, *, limit: int = BATCH) -> int:
    """Turn undispatched events into deliveries; returns how many events. Several relays may do so at once.

    The Message-ID is made here, once, so that every try of a delivery carries the same one.
    """
    events = session.execute(
        select(
            OutboxEvent.id,
            OutboxEvent.kind,
            OutboxEvent.host_id,
            OutboxEvent.booking_id,
            OutboxEvent.booking_version,
        )
        # A kind that this version of the program does not know waits for the one that does.
        .where(OutboxEvent.dispatched_at.is_(None), OutboxEvent.kind.in_(RECIPIENTS))
        .order_by(OutboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    if not events:
        return 0
    rows = [
        {
            "event_id": event.id,
            "kind": event.kind,
            "recipient": recipient,
            "host_id": event.host_id,
            "booking_id": event.booking_id,
            "booking_version": event.booking_version,
            "message_id": func.concat("<", func.gen_random_uuid(), "@", site.domain, ">"),
        }
        for event in events
        for recipient in RECIPIENTS[EventKind(event.kind)]
    ]
    if rows:
        session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())
    session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_([event.id for event in events]))
        .values(dispatched_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return len(events)
