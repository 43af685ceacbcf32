"""Mails: deliveries of the channel `mail`, from `waiting` to `sent` or `dead`. Webhooks: `webhooks.leases`.

The life of a delivery: `dispatch.dispatch_events` writes it, `lease_due` leases it to a job for `LEASE`, `claim` locks
it while that job talks to the mail server, and `mark_sent`, `mark_failed` or `mark_skipped` writes down what came of
it. A worker that dies gives its lock back at once and its lease after `LEASE`: nothing else is needed to resend.

Order: what one recipient is told of one booking is leased in the order of the events. A reminder waits for the letters
of its own event and of earlier ones. It holds up a letter only while a worker may have it in hand, since "cancelled"
must not be followed by "tomorrow at nine": reminders that lie further ahead are nobody's business.

The statements that run once per mail are built once, on the bare tables, and go to the driver: building them each time
costs more than running them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Table, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.reminders import PREFIX
from webapp.models import Base, Channel, DeliveryStatus
from webapp.services.shared.outbox import CHANNEL, is_awaited

LEASE = timedelta(seconds=60)
DIALOGUE_TIMEOUT = "60s"  # the claiming transaction idles while its job talks to the mail server

_DELIVERY: Table = Base.metadata.tables["delivery"]
_EVENT: Table = Base.metadata.tables["outbox_event"]
delivery, event = _DELIVERY.c, _EVENT.c


@dataclass(frozen=True, slots=True)
class DeliveryLease:
    """A job may work on this delivery for `LEASE`. Void once another try was counted: `attempts` differs then."""

    delivery_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery whose row this transaction holds, with the event it tells of."""

    id: int
    kind: str  # of the event, or a reminder's
    recipient: str
    attempts: int
    message_id: str
    host_id: int
    booking_id: int | None
    booking_version: int | None
    occurred_at: datetime
    data: Mapping[str, Any]
    is_overtaken: bool  # a later event has been told to this recipient: to send this one would only confuse


def lease_due(session: Session, *, limit: int) -> list[DeliveryLease]:
    """Lease deliveries that are due, in order, and move their `due_at` ahead by the lease."""
    rows = session.execute(_LEASE, {"most": limit})
    return sorted((DeliveryLease(*row) for row in rows), key=lambda lease: lease.delivery_id)


def claim(session: Session, lease: DeliveryLease) -> ClaimedDelivery | None:
    """Lock a delivery for the length of its transaction; None when it is done, counted again or held elsewhere."""
    row = _CLAIM.one(session, lease_id=lease.delivery_id, lease_attempts=lease.attempts)
    return ClaimedDelivery(*row[:-1]) if row else None  # the last column only sets the patience


def mark_sent(session: Session, mail: ClaimedDelivery) -> None:
    """Sent; what waits behind it for the same booking and recipient goes next, at once."""
    _finish(session, mail, DeliveryStatus.SENT, attempts=mail.attempts)


def mark_skipped(session: Session, mail: ClaimedDelivery, reason: str) -> None:
    """Need not be sent any more."""
    _finish(session, mail, DeliveryStatus.SKIPPED, attempts=mail.attempts, error=reason)


def mark_failed(
    session: Session, mail: ClaimedDelivery, *, error: str, pause: timedelta | None, is_refused: bool
) -> None:
    """Count a try. Next one after `pause`; None: never, the delivery is dead until somebody sends it again.
    `is_refused`: the mail server did not take it, or did not answer."""
    attempts = mail.attempts + 1
    if pause is None:
        _finish(session, mail, DeliveryStatus.DEAD, attempts=attempts, error=error, is_refused=is_refused)
    else:
        again = update(_DELIVERY).where(delivery.id == mail.id)
        refused_at = func.now() if is_refused else None
        values = {"due_at": func.now() + pause, "attempts": attempts, "last_error": error, "refused_at": refused_at}
        session.execute(again.values(**values))


def give_back(session: Session, leases: Iterable[DeliveryLease]) -> None:
    """End leases early: a worker that stops has not come to these."""
    for lease in leases:
        mine = (
            (delivery.id == lease.delivery_id)
            & (delivery.attempts == lease.attempts)
            & (delivery.status == DeliveryStatus.WAITING)
        )
        session.execute(update(_DELIVERY).where(mine).values(due_at=func.now()))
    session.execute(select(func.pg_notify(CHANNEL, "")))


def _finish(
    session: Session,
    mail: ClaimedDelivery,
    status: DeliveryStatus,
    *,
    attempts: int,
    error: str | None = None,
    is_refused: bool = False,
) -> None:
    """Write the end of a delivery, and wake the relay if something waits behind it."""
    end = {"end_status": str(status), "end_attempts": attempts, "end_error": error, "end_refused": is_refused}
    _FINISH.one(session, delivery_id=mail.id, **end)


def _others(status: DeliveryStatus) -> tuple[Any, ColumnElement[bool]]:
    """What the same recipient is told of the same booking, in this status: columns, and the condition for it."""
    other = _DELIVERY.alias().c
    same = (
        (other.booking_id == delivery.booking_id)
        & (other.recipient == delivery.recipient)
        & (other.channel == delivery.channel)
    )
    return other, same & (other.status == status)


def _lease() -> Any:
    other, waiting = _others(DeliveryStatus.WAITING)
    may_be_in_hand = ~other.kind.startswith(PREFIX) | (other.due_at <= func.now() + LEASE)
    letter_of_its_event = (
        (other.event_id == delivery.event_id) & delivery.kind.startswith(PREFIX) & ~other.kind.startswith(PREFIX)
    )
    before = ((other.event_id < delivery.event_id) & may_be_in_hand) | letter_of_its_event
    awaited = (event.booking_id == delivery.booking_id) & (event.id < delivery.event_id) & is_awaited(_EVENT)
    due = (
        select(delivery.id)
        .where(
            delivery.channel == Channel.MAIL, delivery.status == DeliveryStatus.WAITING, delivery.due_at <= func.now()
        )
        .where(~select(1).where(waiting, before).exists())
        .where(~select(1).where(awaited).exists())
        .order_by(delivery.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    leased = update(_DELIVERY).where(delivery.id == due.c.id).values(due_at=func.now() + LEASE)
    return leased.returning(delivery.id, delivery.attempts)


def _claim() -> Any:
    other, sent = _others(DeliveryStatus.SENT)
    columns = (
        delivery.id,
        delivery.kind,
        delivery.recipient,
        delivery.attempts,
        delivery.message_id,
        delivery.host_id,
        delivery.booking_id,
        delivery.booking_version,
    )
    patience = func.set_config("idle_in_transaction_session_timeout", DIALOGUE_TIMEOUT, True)
    overtaken = select(1).where(sent, other.event_id > delivery.event_id).exists()
    leased = (delivery.id == bindparam("lease_id")) & (delivery.attempts == bindparam("lease_attempts"))
    return (
        select(*columns, event.occurred_at, event.data, overtaken.label("is_overtaken"), patience.label("patience"))
        .join_from(_DELIVERY, _EVENT, event.id == delivery.event_id)
        .where(leased, delivery.status == DeliveryStatus.WAITING)
        .with_for_update(of=_DELIVERY, skip_locked=True)
    )


def _finished() -> Any:
    other, waiting = _others(DeliveryStatus.WAITING)
    behind = (other.id != delivery.id) & (other.event_id >= delivery.event_id) & (other.due_at <= func.now())
    wake = select(func.pg_notify(CHANNEL, "")).where(waiting, behind).limit(1)
    status = bindparam("end_status", type_=delivery.status.type)
    end = update(_DELIVERY).where(delivery.id == bindparam("delivery_id"))
    return end.values(
        status=status,
        sent_at=case((status == DeliveryStatus.SENT, func.now())),
        attempts=bindparam("end_attempts"),
        last_error=bindparam("end_error"),
        refused_at=case((bindparam("end_refused", type_=Boolean()), func.now())),
    ).returning(wake.correlate(_DELIVERY).scalar_subquery())


_LEASE, _CLAIM, _FINISH = _lease(), Statement.of(_claim()), Statement.of(_finished())
