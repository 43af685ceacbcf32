"""Attempt one delivery, from lock to result.

The row is locked from before the message is written until its result is stored, so that no two workers send the same
one at once. The message is written when it is sent, from the current state of the database.
"""

import logging

from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.core.db import transaction
from webapp.domain.errors import Overloaded
from webapp.domain.reminders import PREFIX, REMINDER
from webapp.effects.letters import account, digest, to_guest, to_host
from webapp.effects.letters.letter import Writer, Writers
from webapp.effects.mail.headers import MalformedAddressError
from webapp.effects.mail.mime import Message, compose
from webapp.effects.mail.smtp import Connection, NotAcceptedError
from webapp.effects.retries import TRIES, pause_after
from webapp.services.mail.deliveries import ClaimedDelivery, DeliveryLease, claim, mark_failed, mark_sent, mark_skipped
from webapp.services.mail.server_refusals import bring_back, mail_trouble

log = logging.getLogger(__name__)

LETTERS: Writers = {**to_guest.LETTERS, **to_host.LETTERS, **account.LETTERS, **digest.LETTERS}
OVERTAKEN = "a later mail about this booking has arrived already"
UNKNOWN = "this version of the program does not know such a mail"  # the version that wrote the delivery does
# Errors that may not occur next time: database, files, memory, a worker that has to stop.
PASSING = (SQLAlchemyError, Overloaded, OSError, MemoryError, JobTimeoutException)


class UnwritableError(Exception):
    """A mail that cannot be written; the text is for host and admin."""


def deliver_one(lease: DeliveryLease, connection: Connection) -> NotAcceptedError | None:
    """Attempt one delivery once, in a transaction of its own, and store the result. Returns the failure if the mail
    server is to blame, since other deliveries would fail, too."""
    try:
        with transaction() as session:
            delivery = claim(session, lease)
            return _attempt(session, delivery, connection) if delivery else None
    except JobTimeoutException:
        fail_unsent([lease], "the mail server took too long", is_refused=True)
        raise
    except Exception as error:
        # One failing delivery must not stop the others; without a database the next statement raises.
        log.exception("delivery %s has to be tried again", lease.delivery_id)
        fail_unsent([lease], f"could not be tried: {type(error).__name__}", is_refused=False)
        return None


def fail_unsent(leases: list[DeliveryLease], error: str, *, is_refused: bool) -> None:
    """Count an attempt for deliveries that were not even sent. `is_refused`: because the mail server has trouble."""
    with transaction() as session:
        for delivery in filter(None, (claim(session, lease) for lease in leases)):
            pause = pause_after(delivery.attempts + 1)
            mark_failed(session, delivery, error=error, pause=pause, is_refused=is_refused)


def _attempt(session: Session, delivery: ClaimedDelivery, connection: Connection) -> NotAcceptedError | None:
    write = _find_writer(delivery)
    if write is None:
        mark_failed(session, delivery, error=UNKNOWN, pause=pause_after(delivery.attempts + 1), is_refused=False)
        return None
    try:
        message = OVERTAKEN if delivery.is_overtaken else _message(session, delivery, write)
    except UnwritableError as failure:
        mark_failed(session, delivery, error=str(failure), pause=None, is_refused=False)
        return None
    if isinstance(message, str):
        mark_skipped(session, delivery, message)
        return None
    try:
        connection.send(message)
    except NotAcceptedError as failure:
        _note_refusal(session, delivery, failure)
        return failure if failure.server else None
    mark_sent(session, delivery)
    return None


def _find_writer(delivery: ClaimedDelivery) -> Writer | None:
    kind = REMINDER if delivery.kind.startswith(PREFIX) else delivery.kind
    return LETTERS.get((kind, delivery.recipient))


def _message(session: Session, delivery: ClaimedDelivery, write: Writer) -> Message | str:
    """The mail, or the reason why it is no longer needed. Raises UnwritableError: a retry cannot help, since the same
    program would write it from the same rows."""
    try:
        letter = write(session, delivery)
        return letter if isinstance(letter, str) else compose(letter, message_id=delivery.message_id)
    except PASSING:
        raise
    except Exception as error:
        log.exception("delivery %s cannot be written", delivery.id)
        # The text of an error may contain a name or an address; MalformedAddressError is safe to show.
        cause = str(error) if isinstance(error, MalformedAddressError) else type(error).__name__
        raise UnwritableError(f"could not be written: {cause}") from error


def _note_refusal(session: Session, delivery: ClaimedDelivery, failure: NotAcceptedError) -> None:
    """A final refusal is accepted, unless so many in a row are the same that the server must be at fault: then all of
    them wait for a retry, including those that were already dead."""
    log.warning("delivery %s was not accepted (%s)", delivery.id, failure.reason)
    pause = pause_after(delivery.attempts + 1)
    final_pause = None if failure.final else pause
    mark_failed(session, delivery, error=failure.reason, pause=final_pause, is_refused=True)
    if failure.final and pause and (trouble := mail_trouble(session)):
        given_up_before = bring_back(session, pause=pause, tries=TRIES) - 1
        if given_up_before > 0:
            log.error("%s (%s); %s that had been given up wait again", trouble, failure.reason, given_up_before)
