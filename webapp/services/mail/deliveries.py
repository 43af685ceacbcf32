"""Mails: deliveries of the channel `mail`, from `waiting` to `sent` or `dead`. Webhooks: `webhooks.leases`.

Stages of a delivery: `dispatch.dispatch_events` inserts it, `lease_due` leases it to a job for `LEASE`, `claim` locks
it while that job talks to the mail server, and `mark_sent`, `mark_failed` or `mark_skipped` stores the result. If a
worker dies, its lock is released at once and its lease expires after `LEASE`: nothing else is needed to resend.

Order: mails to one recipient about one booking are leased in the order of the events. A reminder waits for the letters
of its own event and of earlier ones. It blocks a letter only while a worker may be sending it, since "tomorrow at nine"
must not arrive after "cancelled"; reminders due later block nothing.

The statements that run once per mail are built once, on the bare tables, and passed to the driver: building them each
time costs more than running them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Table, bindparam, case, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.core.sql import Statement
from webapp.domain.reminders import PREFIX
from webapp.models import Base, Channel, CountedMail, DeliveryStatus
from webapp.services.shared.outbox import CHANNEL, is_awaited

LEASE = timedelta(seconds=60)
DIALOGUE_TIMEOUT = "60s"  # the transaction is idle while its job talks to the mail server

_DELIVERY: Table = Base.metadata.tables["delivery"]
_EVENT: Table = Base.metadata.tables["outbox_event"]
delivery, event = _DELIVERY.c, _EVENT.c


@dataclass(frozen=True, slots=True)
class DeliveryLease:
    """Allows a job to work on this delivery for `LEASE`. Void once `attempts` has changed, which means another
    attempt."""

    delivery_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery whose row is locked by this transaction, with its event."""

    id: int
    kind: str  # an event's or a reminder's
    recipient: str
    attempts: int
    message_id: str
    host_id: int
    booking_id: int | None
    booking_version: int | None
    occurred_at: datetime
    data: Mapping[str, Any]
    is_overtaken: bool  # this recipient already got a mail about a later event, so this one would confuse


def lease_due(session: Session, *, limit: int) -> list[DeliveryLease]:
    """Lease due deliveries, in order, and postpone their `due_at` by the duration of the lease."""
    rows = session.execute(_LEASE, {"most": limit})
    return sorted((DeliveryLease(*row) for row in rows), key=lambda lease: lease.delivery_id)


def claim(session: Session, lease: DeliveryLease) -> ClaimedDelivery | None:
    """Lock a delivery until the transaction ends; None if it is done, was attempted again, or is locked elsewhere."""
    row = _CLAIM.one(session, lease_id=lease.delivery_id, lease_attempts=lease.attempts)
    return ClaimedDelivery(*row[:-1]) if row else None  # the last column only sets the timeout


def mark_sent(session: Session, mail: ClaimedDelivery) -> None:
    """Sent; the next mail for the same booking and recipient is due at once."""
    _finish(session, mail, DeliveryStatus.SENT, attempts=mail.attempts)


def mark_skipped(session: Session, mail: ClaimedDelivery, reason: str) -> None:
    """It no longer needs to be sent, and does not count (`limits`)."""
    session.execute(delete(CountedMail).where(CountedMail.delivery_id == mail.id, CountedMail.digest_id.is_(None)))
    _finish(session, mail, DeliveryStatus.SKIPPED, attempts=mail.attempts, error=reason)


def mark_failed(
    session: Session, mail: ClaimedDelivery, *, error: str, pause: timedelta | None, is_refused: bool
) -> None:
    """Count a failed attempt. The next one follows after `pause`; None: the delivery is dead until it is resent by
    hand. `is_refused`: the mail server refused it or did not answer."""
    attempts = mail.attempts + 1
    if pause is None:
        _finish(session, mail, DeliveryStatus.DEAD, attempts=attempts, error=error, is_refused=is_refused)
    else:
        again = update(_DELIVERY).where(delivery.id == mail.id)
        refused_at = func.now() if is_refused else None
        values = {"due_at": func.now() + pause, "attempts": attempts, "last_error": error, "refused_at": refused_at}
        session.execute(again.values(**values))


def give_back(session: Session, leases: Iterable[DeliveryLease]) -> None:
    """End leases early, when a worker stops before it has processed these deliveries."""
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
    """Store the final status of a delivery, and wake the relay if another one waits for it."""
    end = {"end_status": str(status), "end_attempts": attempts, "end_error": error, "end_refused": is_refused}
    _FINISH.one(session, delivery_id=mail.id, **end)


def _others(status: DeliveryStatus) -> tuple[Any, ColumnElement[bool]]:
    """Other deliveries to the same recipient about the same booking, in this status: columns and condition."""
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
