"""Mail status for hosts and admins, and resending. For webhook messages: `webhooks.history`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.core.db import transactional
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.bookings import EventKind
from webapp.domain.errors import Forbidden
from webapp.domain.reminders import PREFIX
from webapp.models import Channel, Delivery, DeliveryStatus, OutboxEvent
from webapp.services.mail.limits import TOO_MANY_GUESTS
from webapp.services.shared.audit import write_audit
from webapp.services.shared.outbox import CHANNEL

IS_MAIL = Delivery.channel == Channel.MAIL
IS_REMINDER = Delivery.kind.startswith(PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryState:
    """Status of one mail of a booking. `due_at`: the next attempt if it is waiting, or when a reminder is due."""

    id: int
    kind: str  # an event's or a reminder's (`domain.reminders`)
    recipient: str
    status: DeliveryStatus
    booking_version: int | None
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    last_error: str | None

    @property
    def is_planned(self) -> bool:
        """A reminder without an attempt so far: it waits until it is due."""
        return is_planned(self.kind, self.status, self.attempts)


@dataclass(frozen=True, slots=True)
class MailFigures:
    """`backlog`: undispatched events and waiting deliveries, except reminders that are not due yet. `oldest_seconds`:
    age of the oldest of them."""

    backlog: int
    dead: int
    oldest_seconds: int


def is_planned(kind: str, status: str, attempts: int) -> bool:
    return status == DeliveryStatus.WAITING and not attempts and kind.startswith(PREFIX)


def delivery_states(session: Session, booking_id: int) -> list[DeliveryState]:
    """All mails of a booking in the order of events, the guest's before the host's, reminders after the letters."""
    rows = session.execute(
        select(
            Delivery.id,
            Delivery.kind,
            Delivery.recipient,
            Delivery.status,
            Delivery.booking_version,
            Delivery.attempts,
            Delivery.due_at,
            Delivery.sent_at,
            Delivery.last_error,
        )
        .where(Delivery.booking_id == booking_id, IS_MAIL)
        .order_by(Delivery.event_id, IS_REMINDER, Delivery.id)
    )
    return [DeliveryState(**{**row._mapping, "status": DeliveryStatus(row.status)}) for row in rows]


def mail_figures(session: Session) -> MailFigures:
    waits = func.coalesce(Delivery.last_error, "") == TOO_MANY_GUESTS
    is_planned = IS_REMINDER | (Delivery.kind == EventKind.MAILS_HELD) | waits
    late = IS_MAIL & (Delivery.status == DeliveryStatus.WAITING) & (~is_planned | (Delivery.due_at <= func.now()))
    waiting = _count_and_age(session, late, case((is_planned, Delivery.due_at), else_=Delivery.created_at))
    undispatched = _count_and_age(session, OutboxEvent.dispatched_at.is_(None), OutboxEvent.occurred_at)
    dead = session.scalar(select(func.count()).where(IS_MAIL, Delivery.status == DeliveryStatus.DEAD)) or 0
    return MailFigures(waiting[0] + undispatched[0], dead, max(waiting[1], undispatched[1]))


def _count_and_age(
    session: Session, condition: ColumnElement[bool], since: ColumnElement[datetime] | InstrumentedAttribute[datetime]
) -> tuple[int, int]:
    age = func.coalesce(func.extract("epoch", func.now() - func.min(since)), 0)
    count, seconds = session.execute(select(func.count(), age).where(condition)).one()
    return count, int(seconds)


@dataclass(frozen=True, slots=True)
class DeadMail:
    id: int
    last_error: str | None


def dead_mails(session: Session, *, since: datetime | None = None, reason: str = "") -> list[DeadMail]:
    """Dead mails, in order: those that failed since `since`, with `reason` in the mail server's last reply."""
    given_up_at = func.coalesce(Delivery.refused_at, Delivery.created_at)
    dead = (
        select(Delivery.id, Delivery.last_error)
        .where(IS_MAIL, Delivery.status == DeliveryStatus.DEAD)
        .where(func.coalesce(Delivery.last_error, "").icontains(reason, autoescape=True))
        .order_by(Delivery.id)
    )
    if since:
        dead = dead.where(given_up_at >= since)
    return [DeadMail(*row) for row in session.execute(dead)]


@transactional
def replay(session: Session, delivery_ids: Sequence[int], *, actor: Actor) -> int:
    """Resend dead, sent or skipped mails with the same Message-ID; returns how many. Reminders are resent only if dead.
    Hosts can resend only their own deliveries; others are ignored as if they did not exist. Raises Forbidden."""
    if actor.kind not in (ActorKind.ADMIN, ActorKind.HOST, ActorKind.SYSTEM):
        raise Forbidden
    again = (
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), IS_MAIL, Delivery.status != DeliveryStatus.WAITING)
        .where(~IS_REMINDER | (Delivery.status == DeliveryStatus.DEAD))
        .values(
            status=DeliveryStatus.WAITING,
            attempts=0,
            due_at=func.now(),
            sent_at=None,
            last_error=None,
            refused_at=None,
        )
        .returning(Delivery.id)
    )
    if actor.kind is ActorKind.HOST:
        again = again.where(Delivery.host_id == actor.host_id)
    replayed = session.scalars(again).all()
    for delivery_id in replayed:
        write_audit(session, actor, "delivery.replay", "delivery", delivery_id)
    session.execute(select(func.pg_notify(CHANNEL, "")))
    return len(replayed)
