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
from webapp.services.webhooks.leases import EndpointLease, end_lease, lease_endpoints

MOST_JOBS = 12  # in a queue; four threads get through them within a minute, half of what a lease lasts there
GIVE_BACK_AFTER = 20.0  # seconds; then other endpoints have their turn


class WebhookQueues:
    """As the relay fills them."""

    def __init__(self, redis_url: str) -> None:
        self._usual = queue(redis_url, WEBHOOK_QUEUE)
        self._failing = queue(redis_url, FAILING_WEBHOOK_QUEUE)

    def fill(self) -> bool:
        """Lease endpoints that something is due for to jobs. True: there may be more, as soon as there is room; those
        that fail have time until the next look."""
        _fill(self._failing, is_failing=True)
        return _fill(self._usual, is_failing=False)


def _fill(webhooks: Queue, *, is_failing: bool) -> bool:
    room = MOST_JOBS - webhooks.count
    if room <= 0:
        return True
    with transaction() as session:
        leases = lease_endpoints(session, is_failing=is_failing, limit=room)
    if leases:
        _enqueue(webhooks, leases)
    return len(leases) == room


def _enqueue(webhooks: Queue, leases: Sequence[EndpointLease]) -> None:
    webhooks.enqueue_many(
        [
            Queue.prepare_data(
                deliver_to_webhook,
                args=(lease.endpoint_id, lease.until.isoformat()),
                job_id=f"webhook-{uuid.uuid4().hex}",
                description=f"webhook {lease.endpoint_id}",
                timeout=JOB_TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
            )
            for lease in leases
        ]
    )


def deliver_to_webhook(endpoint_id: int, until: str) -> None:
    """Send what is due for one endpoint. Runs in an application context."""
    lease: EndpointLease | None = EndpointLease(endpoint_id, datetime.fromisoformat(until))
    started = time.monotonic()
    try:
        while lease and not stopping.is_set() and time.monotonic() - started < GIVE_BACK_AFTER:
            began = time.monotonic()
            lease = deliver_next(lease)
            if time.monotonic() - began > SLOW:
                break
    finally:  # also when Postgres broke the connection: it is often back at once, and the lease lasts long
        if lease:
            with transaction() as session:
                end_lease(session, lease)
