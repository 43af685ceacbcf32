"""One delivery from lock to result.

The row is locked from before the message is written until its fate is in the database, so that no two workers send
the same one at once. Written at send time, from what the database says then.
"""

import logging

from rq.timeouts import JobTimeoutException
from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from webapp.db import transaction
from webapp.effects.account_letters import account_letter
from webapp.effects.booking_letters import booking_letter
from webapp.effects.letters import Letter
from webapp.effects.mime import parcel
from webapp.effects.retries import pause_after
from webapp.effects.transport import Connection, NotAcceptedError
from webapp.models import Booking
from webapp.services.booking_views import booking_select, booking_view
from webapp.services.deliveries import (
    Errand,
    Loan,
    claim,
    mark_failed,
    mark_sent,
    mark_skipped,
)

log = logging.getLogger(__name__)

OVERTAKEN = "a later mail about this booking has arrived already"
_BOOKING = booking_select().where(Booking.id == bindparam("booking"))  # built once: it is needed for every mail
NOTHING_TO_SAY = "there is nothing to tell any more"


def deliver_one(loan: Loan, connection: Connection) -> NotAcceptedError | None:
    """Try one delivery once, in a transaction of its own, and write down what came of it. Returns the failure when
    the mail server is to blame, since other deliveries would meet it too."""
    try:
        with transaction() as session:
            errand = claim(session, loan)
            return _attempt(session, errand, connection) if errand else None
    except JobTimeoutException:
        fail_unsent([loan], "the mail server took too long")
        raise
    except Exception as error:
        # One mail that cannot be written must not stop the others; without a database the next line raises.
        log.exception("delivery %s could not be written", loan.delivery_id)
        fail_unsent([loan], f"could not be written: {type(error).__name__}")
        return None


def fail_unsent(loans: list[Loan], error: str) -> None:
    """Count a try for deliveries that could not even be tried."""
    with transaction() as session:
        for errand in filter(None, (claim(session, loan) for loan in loans)):
            mark_failed(session, errand, error=error, pause=pause_after(errand.attempts + 1))


def _attempt(session: Session, errand: Errand, connection: Connection) -> NotAcceptedError | None:
    if errand.is_overtaken:
        mark_skipped(session, errand, OVERTAKEN)
        return None
    letter = _letter(session, errand)
    if letter is None:
        mark_skipped(session, errand, NOTHING_TO_SAY)
        return None
    try:
        connection.send(parcel(letter, message_id=errand.message_id))
    except NotAcceptedError as failure:
        pause = None if failure.final else pause_after(errand.attempts + 1)
        mark_failed(session, errand, error=failure.reason, pause=pause)
        log.warning("delivery %s was not accepted (%s)", errand.id, failure.reason)
        return failure if failure.server else None
    mark_sent(session, errand)
    return None


def _letter(session: Session, errand: Errand) -> Letter | None:
    if errand.booking_id is None:
        return account_letter(session, errand.kind, errand.host_id)
    row = session.execute(_BOOKING, {"booking": errand.booking_id}).first()
    return booking_letter(errand, booking_view(row)) if row else None
