"""Deliveries: from an event to one tracked effect per recipient, and from there to `sent` or `dead`.

The life of a delivery: `dispatch_events` writes it, `lease_due` lends it to a job for `LEASE`, `claim` locks it while
that job talks to the mail server, and `mark_sent`, `mark_failed` or `mark_skipped` writes down what came of it. A
worker that dies gives its lock back at once and its lease after `LEASE`: nothing else is needed to resend.

Order: of one booking and recipient, only the earliest waiting version is ever lent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from webapp.domain.booking import EventKind
from webapp.extensions import site
from webapp.models import Delivery, DeliveryStatus, OutboxEvent
from webapp.services.outbox import CHANNEL

LEASE = timedelta(seconds=60)
BATCH = 500  # events per transaction of a relay
DIALOGUE_TIMEOUT = "60s"  # the claiming transaction idles while its job talks to the mail server

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
    EventKind.ACCOUNT_RESET: (HOST,),
    EventKind.ACCOUNT_PASSWORD_CHANGED: (HOST,),
}


@dataclass(frozen=True, slots=True)
class Loan:
    """A delivery lent to a job. It is void once another try has been counted: `attempts` differs then."""

    delivery_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Errand:
    """A delivery whose row this transaction holds, with the event it tells of."""

    id: int
    kind: EventKind
    recipient: str
    attempts: int
    message_id: str
    host_id: int
    booking_id: int | None
    booking_version: int | None
    occurred_at: datetime
    data: Mapping[str, Any]


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


def lease_due(session: Session, *, limit: int) -> list[Loan]:
    """Lend deliveries that are due, in order, and move their `due_at` ahead by the lease."""
    due = (
        select(Delivery.id)
        .where(Delivery.status == DeliveryStatus.WAITING, Delivery.due_at <= func.now(), ~_has_a_predecessor())
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id == due.c.id)
        .values(due_at=func.now() + LEASE)
        .returning(Delivery.id, Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    return sorted((Loan(*row) for row in taken), key=lambda loan: loan.delivery_id)


def _has_a_predecessor() -> Any:
    """An earlier version of the same booking has yet to reach the same recipient, or to be dispatched at all."""
    earlier = aliased(Delivery)
    waiting = select(1).where(
        earlier.booking_id == Delivery.booking_id,
        earlier.recipient == Delivery.recipient,
        earlier.channel == Delivery.channel,
        earlier.booking_version < Delivery.booking_version,
        earlier.status == DeliveryStatus.WAITING,
    )
    undispatched = select(1).where(
        OutboxEvent.booking_id == Delivery.booking_id,
        OutboxEvent.id < Delivery.event_id,
        OutboxEvent.dispatched_at.is_(None),
    )
    return waiting.exists() | undispatched.exists()


def claim(session: Session, loan: Loan) -> Errand | None:
    """Lock a delivery for the length of its transaction; None when it is done, counted again or held elsewhere."""
    row = session.execute(
        select(
            Delivery.id,
            Delivery.kind,
            Delivery.recipient,
            Delivery.attempts,
            Delivery.message_id,
            Delivery.host_id,
            Delivery.booking_id,
            Delivery.booking_version,
            OutboxEvent.occurred_at,
            OutboxEvent.data,
            func.set_config("idle_in_transaction_session_timeout", DIALOGUE_TIMEOUT, True).label("patience"),
        )
        .join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
        .where(
            Delivery.id == loan.delivery_id,
            Delivery.status == DeliveryStatus.WAITING,
            Delivery.attempts == loan.attempts,
        )
        .with_for_update(of=Delivery, skip_locked=True)
    ).first()
    if row is None:
        return None
    fields = {name: value for name, value in row._mapping.items() if name != "patience"}
    return Errand(**{**fields, "kind": EventKind(row.kind)})


def is_overtaken(session: Session, errand: Errand) -> bool:
    """A later version has reached this recipient already, so that this one would only confuse."""
    if errand.booking_id is None or errand.booking_version is None:
        return False
    later = select(Delivery.id).where(
        Delivery.booking_id == errand.booking_id,
        Delivery.recipient == errand.recipient,
        Delivery.booking_version > errand.booking_version,
        Delivery.status == DeliveryStatus.SENT,
    )
    return session.execute(later.limit(1)).first() is not None


def mark_sent(session: Session, errand: Errand) -> None:
    """Sent; what waits behind it for the same booking and recipient goes next, at once."""
    _set(session, errand.id, status=DeliveryStatus.SENT, sent_at=func.now(), last_error=None)
    _wake_for_successors(session, errand)


def mark_skipped(session: Session, errand: Errand, reason: str) -> None:
    """Need not be sent any more."""
    _set(session, errand.id, status=DeliveryStatus.SKIPPED, last_error=reason)
    _wake_for_successors(session, errand)


def mark_failed(session: Session, errand: Errand, *, error: str, pause: timedelta | None) -> None:
    """Count a try. Next one after `pause`; None: never, the delivery is dead until somebody sends it again."""
    counted = {"attempts": errand.attempts + 1, "last_error": error}
    if pause is None:
        _set(session, errand.id, status=DeliveryStatus.DEAD, **counted)
        _wake_for_successors(session, errand)
    else:
        _set(session, errand.id, due_at=func.now() + pause, **counted)


def give_back(session: Session, loans: Iterable[Loan]) -> None:
    """End leases early: a worker that stops has not come to these."""
    for loan in loans:
        session.execute(
            update(Delivery)
            .where(
                Delivery.id == loan.delivery_id,
                Delivery.status == DeliveryStatus.WAITING,
                Delivery.attempts == loan.attempts,
            )
            .values(due_at=func.now())
            .execution_options(synchronize_session=False)
        )
    session.execute(select(func.pg_notify(CHANNEL, "")))


def _set(session: Session, delivery_id: int, **values: Any) -> None:
    session.execute(
        update(Delivery).where(Delivery.id == delivery_id).values(**values).execution_options(synchronize_session=False)
    )


def _wake_for_successors(session: Session, errand: Errand) -> None:
    if errand.booking_id is None:
        return
    waiting = select(func.pg_notify(CHANNEL, "")).where(
        Delivery.booking_id == errand.booking_id,
        Delivery.recipient == errand.recipient,
        Delivery.status == DeliveryStatus.WAITING,
    )
    session.execute(waiting.limit(1))
