"""Whether the mail server takes any mail at all, told from what came of the last tries.

"No such mailbox" is the end of one mail. Said of everybody, it is a fault of the server, and to believe it would lose
every mail of that time. What tells the two apart stands in the deliveries, so that all workers see the same: which of
them were refused since a mail was accepted.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, distinct, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from webapp.models import Channel, Delivery, DeliveryStatus

MANY = 5  # recipients in a row are enough by themselves
OFTEN = 3  # tries of one mail, where two recipients are refused or nothing was ever accepted: a small or new instance
LOOKED_AT = 100  # of the row, the newest

_IS_MAIL = Delivery.channel == Channel.MAIL
_LAST_ACCEPTED = select(func.max(Delivery.sent_at)).where(_IS_MAIL, Delivery.sent_at.is_not(None)).scalar_subquery()
_BEFORE_ALL: ColumnElement[datetime] = literal_column("'-infinity'::timestamptz")
_IS_OPEN = Delivery.status.in_((DeliveryStatus.WAITING, DeliveryStatus.DEAD))
_IN_A_ROW = _IS_MAIL & _IS_OPEN & (Delivery.refused_at > func.coalesce(_LAST_ACCEPTED, _BEFORE_ALL))


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Nothing was accepted since `accepted_at`; None: never. `last_error` is for the log: it quotes the server."""

    accepted_at: datetime | None
    last_error: str

    def __str__(self) -> str:
        """For an operator; `/readyz` shows it to anybody."""
        since = f"since {self.accepted_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.accepted_at else "yet"
        return f"mail server: nothing accepted {since}, mails wait; see the worker's log"


def mail_trouble(session: Session) -> MailTrouble | None:
    """None as long as there is no reason to doubt the mail server."""
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
    is_alone = recipients == 1 and accepted_at is not None  # who may be somebody that takes no mail now
    if recipients >= MANY or (recipients and not is_alone and attempts >= OFTEN):
        return MailTrouble(accepted_at, last_error[0] or "")
    return None


def bring_back(session: Session, *, pause: timedelta, tries: int) -> int:
    """What was given up in this row waits again for `pause`, unless it has had all its `tries`; how many."""
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
