"""Results of an attempt, for its message and for the endpoint.

A message is retried after `pause` and is dead after the last attempt. An endpoint at which nothing has arrived for a
day is switched off, and so is one that answers 410 (gone): its waiting messages are skipped, and its host gets a mail.
"""

from datetime import timedelta

from sqlalchemy import Table, func, null, update
from sqlalchemy.orm import Session

from webapp.domain.actor import SYSTEM
from webapp.domain.bookings import EventKind
from webapp.domain.webhook_events import TEST
from webapp.models import Base, DeliveryStatus
from webapp.services.shared.audit import write_audit
from webapp.services.shared.outbox import record
from webapp.services.webhooks.endpoints import skip_waiting
from webapp.services.webhooks.leases import ClaimedMessage

GONE = 410
PATIENCE = timedelta(days=1)
LONGEST_REST = timedelta(minutes=5)  # pause for an endpoint that did not answer, so that new messages still try it
DISABLED = "the webhook was switched off, since messages did not arrive"

_DELIVERY: Table = Base.metadata.tables["delivery"]
_ENDPOINT: Table = Base.metadata.tables["webhook_endpoint"]
_ATTEMPT: Table = Base.metadata.tables["webhook_attempt"]
delivery, endpoint, attempt = _DELIVERY.c, _ENDPOINT.c, _ATTEMPT.c


def note_answer(session: Session, attempt_id: int, *, status: int | None, seconds: float) -> None:
    """Store the answer for the host to see. `status` None: no answer. Call it last: deleting a webhook locks its rows
    in the same order (endpoint, delivery, attempt), so that the two cannot deadlock."""
    values = {"status": status, "duration_ms": round(seconds * 1000)}
    session.execute(update(_ATTEMPT).where(attempt.id == attempt_id).values(**values))


def mark_delivered(session: Session, message: ClaimedMessage, *, is_slow: bool) -> None:
    """Delivered, even if its webhook was switched off meanwhile."""
    well = {"failing_since": None, "paused_until": None, "is_slow": is_slow}
    session.execute(update(_ENDPOINT).where(endpoint.id == message.lease.endpoint_id).values(well))
    mine = (delivery.id == message.id) & (delivery.attempts == message.attempts)
    sent = {"status": DeliveryStatus.SENT, "sent_at": func.now(), "last_error": None}
    session.execute(update(_DELIVERY).where(mine).values(sent))


def mark_skipped(session: Session, message: ClaimedMessage, reason: str) -> None:
    """There is nothing to send."""
    _end(session, message, {"status": DeliveryStatus.SKIPPED, "last_error": reason})


def mark_refused(
    session: Session, message: ClaimedMessage, *, status: int | None, pause: timedelta | None, is_slow: bool
) -> None:
    """The answer was not a success, or there was none (`status` None): then the endpoint is paused, and its other due
    messages wait without an attempt of their own. `pause` None: the message is dead. A failed test does not count
    against the endpoint: it is sent once, maybe long before the first real message."""
    session.execute(update(_ENDPOINT).where(endpoint.id == message.lease.endpoint_id).values(is_slow=is_slow))
    has_failed_for_long = _note_failure(session, message, status, pause)
    error = "no answer" if status is None else f"HTTP {status}"
    if pause is None or status == GONE:
        _end(session, message, {"status": DeliveryStatus.DEAD, "last_error": error})
    else:
        _end(session, message, {"due_at": func.now() + pause, "last_error": error})
    if has_failed_for_long or status == GONE:
        _disable(session, message, is_gone=status == GONE)


def mark_failed_here(session: Session, message: ClaimedMessage, *, pause: timedelta | None) -> None:
    """The message could not be written: the fault is on this side."""
    _end(session, message, {"status": DeliveryStatus.DEAD} if pause is None else {"due_at": func.now() + pause})


def _end(session: Session, message: ClaimedMessage, values: dict[str, object]) -> None:
    mine = (
        (delivery.id == message.id)
        & (delivery.attempts == message.attempts)
        & (delivery.status == DeliveryStatus.WAITING)
    )
    session.execute(update(_DELIVERY).where(mine).values(values))


def _note_failure(session: Session, message: ClaimedMessage, status: int | None, pause: timedelta | None) -> bool:
    """True if nothing has arrived at this endpoint for too long. Locks the endpoint before the delivery, like all
    others."""
    if message.kind == TEST:
        return False
    rest = func.now() + min(pause or LONGEST_REST, LONGEST_REST) if status is None else null()
    failed = (
        update(_ENDPOINT)
        .where(endpoint.id == message.lease.endpoint_id, endpoint.is_active)
        .values(failing_since=func.coalesce(endpoint.failing_since, func.now()), paused_until=rest)
    )
    return bool(session.scalars(failed.returning(endpoint.failing_since <= func.now() - PATIENCE)).first())


def _disable(session: Session, message: ClaimedMessage, *, is_gone: bool) -> None:
    endpoint_id = message.lease.endpoint_id
    off = {"is_active": False, "disabled_at": func.now()}
    # An endpoint that answers 410 is not failing: pages show by `failing_since` why a webhook is off.
    values = off | {"failing_since": None} if is_gone else off
    disabled = (
        update(_ENDPOINT).where(endpoint.id == endpoint_id, endpoint.is_active).values(values).returning(endpoint.id)
    )
    if session.scalars(disabled).first() is None:  # its host switched it off meanwhile
        return
    skip_waiting(session, endpoint_id, DISABLED)
    write_audit(session, SYSTEM, "webhook.disabled", "webhook", endpoint_id, is_gone=is_gone)
    facts = {"webhook": str(message.endpoint_public_id), "is_gone": is_gone}
    record(session, EventKind.ACCOUNT_WEBHOOK_DISABLED, host_id=message.host_id, data=facts)
