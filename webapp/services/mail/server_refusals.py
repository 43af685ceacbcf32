"""Whether the mail server accepts any mail at all, judged by the results of recent attempts.

"No such mailbox" is final for one mail. If the server says so for every recipient, the server is at fault, and taking
it at its word would lose every mail of that time. The deliveries refused since a mail was last accepted show which of
the two it is; they are in the database, so that all workers come to the same result.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, distinct, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from webapp.models import Channel, Delivery, DeliveryStatus

MANY = 5  # refused recipients in a row are enough by themselves
OFTEN = 3  # attempts of one mail, if two recipients are refused or nothing was ever accepted: a small or new instance
LOOKED_AT = 100  # the newest refusals

_IS_MAIL = Delivery.channel == Channel.MAIL
_LAST_ACCEPTED = select(func.max(Delivery.sent_at)).where(_IS_MAIL, Delivery.sent_at.is_not(None)).scalar_subquery()
_BEFORE_ALL: ColumnElement[datetime] = literal_column("'-infinity'::timestamptz")
_IS_OPEN = Delivery.status.in_((DeliveryStatus.WAITING, DeliveryStatus.DEAD))
_IN_A_ROW = _IS_MAIL & _IS_OPEN & (Delivery.refused_at > func.coalesce(_LAST_ACCEPTED, _BEFORE_ALL))


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """No mail has been accepted since `accepted_at`; None: none ever was. `last_error` is for the log only: it quotes
    the server."""

    accepted_at: datetime | None
    last_error: str

    def __str__(self) -> str:
        """For operators, but public: `/readyz` shows it to everybody."""
        since = f"since {self.accepted_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.accepted_at else "yet"
        return f"mail server: nothing accepted {since}, mails wait; see the worker's log"


def mail_trouble(session: Session) -> MailTrouble | None:
    """None unless the mail server seems to refuse all mail."""
    columns = (Delivery.host_id, Delivery.booking_id, Delivery.recipient)
    row = (
        select(*columns, Delivery.attempts, Delivery.last_error, Delivery.refused_at)
        .where(_IN_A_ROW)
        .order_by(Delivery.refused_at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    c = row.c
    who = tuple_(c.host_id, c.booking_id, c.recipient)
    errors = func.array_agg(aggregate_order_by(c.last_error, c.refused_at.desc()))
    recipients, attempts, last_error, accepted_at = session.execute(
        select(func.count(distinct(who)), func.max(c.attempts), errors, _LAST_ACCEPTED).select_from(row)
    ).one()
    is_alone = recipients == 1 and accepted_at is not None  # this one recipient may be unable to receive mail
    if recipients >= MANY or (recipients and not is_alone and attempts >= OFTEN):
        return MailTrouble(accepted_at, last_error[0] or "")
    return None


def bring_back(session: Session, *, pause: timedelta, tries: int) -> int:
    """Retry dead mails of the current series of refusals after `pause`, unless they have used up all `tries`; returns
    how many."""
    given_up = (
        select(Delivery.id)
        .where(_IN_A_ROW, Delivery.status == DeliveryStatus.DEAD, Delivery.attempts < tries)
        .with_for_update(skip_locked=True)
    )
    again = (
        update(Delivery)
        .where(Delivery.id.in_(given_up))
        .values(status=DeliveryStatus.WAITING, due_at=func.now() + pause)
        .returning(Delivery.id)
    )
    return len(session.scalars(again).all())
