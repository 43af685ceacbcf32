"""Webhook jobs: one job sends the due messages of one endpoint, and no two jobs have the same endpoint.

So a hanging endpoint keeps one thread busy for only one request: after "no answer" it is paused, and the job finds no
more messages. Endpoints that failed or were slow last time have a queue and threads of their own, so that those that
answer never wait for those that hang; and an endpoint that becomes slow gets no second message in the same job.
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

MOST_JOBS = 12  # in a queue; four threads finish them within a minute, half the duration of a lease
GIVE_BACK_AFTER = 20.0  # seconds; then it is another endpoint's turn


class WebhookQueues:
    """The two queues, as the relay fills them."""

    def __init__(self, redis_url: str) -> None:
        self._usual = queue(redis_url, WEBHOOK_QUEUE)
        self._failing = queue(redis_url, FAILING_WEBHOOK_QUEUE)

    def fill(self) -> bool:
        """Lease endpoints with due messages to jobs. True: there may be more, waiting for room in the queue; failing
        endpoints can wait until the next poll."""
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
    """Send the due messages of one endpoint. Runs in an application context."""
    lease: EndpointLease | None = EndpointLease(endpoint_id, datetime.fromisoformat(until))
    started = time.monotonic()
    try:
        while lease and not stopping.is_set() and time.monotonic() - started < GIVE_BACK_AFTER:
            began = time.monotonic()
            lease = deliver_next(lease)
            if time.monotonic() - began > SLOW:
                break
    finally:  # also after a lost connection to Postgres: it is often back at once, and the lease is long
        if lease:
            with transaction() as session:
                end_lease(session, lease)
