"""Periodic tasks: expire requests that nobody answered, complete meetings that are over, delete what is no longer
needed.

A thread beside the relay. Any number of workers may run one: each change is a conditional update of one booking in a
transaction of its own, so that only one of two clocks makes it. Effects of these changes go out through the outbox as
usual.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.db import transaction
from webapp.domain.errors import Overloaded
from webapp.services.accounts.registration import MOST_AT_ONCE as UNCONFIRMED_AT_ONCE
from webapp.services.accounts.registration import forget_unconfirmed
from webapp.services.accounts.sessions import end_old
from webapp.services.accounts.slugs import forget_former_slugs
from webapp.services.bookings.decisions import SWEEP_LIMIT, complete_past, expire_pending
from webapp.services.mail.digests import forget_counted_mails
from webapp.services.mail.server_refusals import mail_trouble
from webapp.services.operations.statistics import (
    forget_idempotency_keys,
    forget_webhook_deliveries,
    skip_stranded_webhook_deliveries,
)
from webapp.services.portability.upload_leases import forget_uploads
from webapp.services.privacy.erase import erase_past_guests
from webapp.services.proofs.challenges import forget_spent_challenges
from webapp.services.shared.audit import MOST_AT_ONCE, hash_old_addresses

log = logging.getLogger(__name__)

TICK = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """`work` returns how many rows it has processed; SWEEP_LIMIT means that there are more."""

    work: Callable[[], int]
    every: float  # seconds


def tidy() -> int:
    with transaction() as session:
        forget_idempotency_keys(session)
        forget_spent_challenges(session)
        skip_stranded_webhook_deliveries(session)
        forget_uploads(session)
        forget_former_slugs(session)
        forget_counted_mails(session)
        return forget_webhook_deliveries(session)


def forget_guests() -> int:
    """Erase guests whose last meeting is further back than the operator's retention period."""
    days: int = current_app.extensions["settings"].retention_days
    return erase_past_guests(days) if days else 0


def report_mail_trouble() -> int:
    """Log an error once a minute while the mail server refuses mail, so that somebody investigates."""
    with transaction() as session:
        trouble = mail_trouble(session)
    if trouble:
        log.error("%s (%s)", trouble, trouble.last_error)
    return 0


def hash_client_addresses() -> int:
    """In the audit log, a month after the action."""
    with transaction() as session:
        return SWEEP_LIMIT if hash_old_addresses(session) == MOST_AT_ONCE else 0


def tidy_accounts() -> int:
    """End logins that are over by time, and delete accounts that nobody confirmed."""
    end_old()
    return SWEEP_LIMIT if forget_unconfirmed() == UNCONFIRMED_AT_ONCE else 0


PERIODIC_TASKS = (
    PeriodicTask(expire_pending, 3.0),
    PeriodicTask(complete_past, 60.0),
    PeriodicTask(tidy, 600.0),
    PeriodicTask(forget_guests, 3600.0),
    PeriodicTask(tidy_accounts, 600.0),
    PeriodicTask(hash_client_addresses, 3600.0),
    PeriodicTask(report_mail_trouble, 60.0),
)


class Clock:
    """`run` returns once `stopping` is set."""

    def __init__(self, app: Flask, stopping: threading.Event, tasks: tuple[PeriodicTask, ...] = PERIODIC_TASKS) -> None:
        self._app = app
        self._stopping = stopping
        self._due = dict.fromkeys(tasks, 0.0)

    def run(self) -> None:
        while not self._stopping.is_set():
            self.tick()
            self._stopping.wait(TICK)

    def tick(self) -> None:
        """Run the tasks that are due. A task that fails runs again at its next interval, and does not delay the
        others."""
        for task, due in self._due.items():
            if time.monotonic() >= due:
                self._due[task] = time.monotonic() + task.every
                try:
                    self._do(task)
                except (SQLAlchemyError, Overloaded) as error:
                    log.warning("clock: %s has to wait (%s)", task.work.__name__, type(error).__name__)
                except Exception:
                    log.exception("clock: %s failed, going on", task.work.__name__)

    def _do(self, task: PeriodicTask) -> None:
        with self._app.app_context():
            while task.work() >= SWEEP_LIMIT and not self._stopping.is_set():
                pass
