"""Jobs for webhooks: one job is what is due for one endpoint, and no two jobs have the same endpoint.

A hanging endpoint so keeps one thread busy, for one request: after "no answer" it rests, and the job finds no more.
What failed last time, or was slow to answer, goes through a queue and threads of its own, so that however many
endpoints hang, those that answer are not behind them; and who begins to be slow has no second message in the same job.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from rq import Queue

from webapp.core.db import transaction
from webapp.effects.mail.jobs import FAILING_WEBHOOK_QUEUE, FAILURE_TTL, JOB_TIMEOUT, WEBHOOK_QUEUE, queue, stopping
from webapp.effects.webhooks.send import SLOW, deliver_next
from webapp.services.webhooks.leases import Loan, end_loan, lend_endpoints

MOST_JOBS = 12  # in a queue; four threads get through them within a minute, half of what a loan lasts there
GIVE_BACK_AFTER = 20.0  # seconds; then other endpoints have their turn


class WebhookQueues:
    """As the relay fills them."""

    def __init__(self, redis_url: str) -> None:
        self._usual = queue(redis_url, WEBHOOK_QUEUE)
        self._failing = queue(redis_url, FAILING_WEBHOOK_QUEUE)

    def fill(self) -> bool:
        """Lend endpoints that something is due for to jobs. True: there may be more, as soon as there is room; those
        that fail have time until the next look."""
        _fill(self._failing, is_failing=True)
        return _fill(self._usual, is_failing=False)


def _fill(webhooks: Queue, *, is_failing: bool) -> bool:
    room = MOST_JOBS - webhooks.count
    if room <= 0:
        return True
    with transaction() as session:
        loans = lend_endpoints(session, is_failing=is_failing, limit=room)
    if loans:
        _enqueue(webhooks, loans)
    return len(loans) == room


def _enqueue(webhooks: Queue, loans: Sequence[Loan]) -> None:
    webhooks.enqueue_many(
        [
            Queue.prepare_data(
                deliver_to_webhook,
                args=(loan.endpoint_id, loan.until.isoformat()),
                job_id=f"webhook-{uuid.uuid4().hex}",
                description=f"webhook {loan.endpoint_id}",
                timeout=JOB_TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
            )
            for loan in loans
        ]
    )


def deliver_to_webhook(endpoint_id: int, until: str) -> None:
    """Send what is due for one endpoint. Runs in an application context."""
    loan: Loan | None = Loan(endpoint_id, datetime.fromisoformat(until))
    started = time.monotonic()
    try:
        while loan and not stopping.is_set() and time.monotonic() - started < GIVE_BACK_AFTER:
            began = time.monotonic()
            loan = deliver_next(loan)
            if time.monotonic() - began > SLOW:
                break
    finally:  # also when Postgres broke the connection: it is often back at once, and the loan lasts long
        if loan:
            with transaction() as session:
                end_loan(session, loan)
