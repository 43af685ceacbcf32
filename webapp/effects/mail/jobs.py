"""Mail jobs in the queue between relay and worker.

A job is a small batch of leases and may be lost, run twice or run late: the database decides about every delivery in
it. Serialised as JSON; RQ would pickle by default. Jobs for webhooks are in `effects.webhooks.jobs`.
"""

import threading
import time
import uuid
from collections.abc import Sequence

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from webapp.core.db import transaction
from webapp.effects.mail.send import deliver_one, fail_unsent
from webapp.effects.mail.smtp import mail
from webapp.services.mail.deliveries import LEASE, DeliveryLease, give_back

QUEUE = "mail"
WEBHOOK_QUEUE = "webhooks"
FAILING_WEBHOOK_QUEUE = "webhooks-failing"  # endpoints that failed last time: failing again may take long
UPLOAD_QUEUE = "uploads"
BATCH = 20  # deliveries per job
MOST_JOBS = 20  # in the queue; with more, leases would expire while they wait
FAILURE_TTL = 3600  # seconds a failed job is kept for inspection
JOB_TIMEOUT = 55  # seconds; less than the lease, so that no two jobs hold the same lease
GIVE_BACK_AFTER = LEASE.total_seconds() / 2  # seconds; with a slow server, the rest of a batch goes to another job

stopping = threading.Event()  # set when this process has to stop


def queue(redis_url: str, name: str) -> Queue:
    """Its connection responds or times out within seconds; callers retry at their own interval."""
    connection = Redis.from_url(
        redis_url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0), protocol=2
    )
    return Queue(name, connection=connection, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT)


def enqueue(mails: Queue, leases: Sequence[DeliveryLease]) -> None:
    """Enqueue all jobs for these leases in one round trip."""
    batches = [leases[i : i + BATCH] for i in range(0, len(leases), BATCH)]
    mails.enqueue_many(
        [
            Queue.prepare_data(
                deliver,
                args=([[lease.delivery_id, lease.attempts] for lease in batch],),
                job_id=f"mail-{uuid.uuid4().hex}",
                description=f"deliver {len(batch)}",
                timeout=JOB_TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
            )
            for batch in batches
        ]
    )


def deliver(batch: Sequence[Sequence[int]]) -> None:
    """Send a batch of leases, [[delivery id, attempts], ...], over one connection. Runs in an application context."""
    leases = [DeliveryLease(*pair) for pair in batch]
    started = time.monotonic()
    while leases:
        if stopping.is_set() or time.monotonic() - started > GIVE_BACK_AFTER:
            with transaction() as session:
                give_back(session, leases)
            return
        failure = deliver_one(leases.pop(0), mail.connection)
        if failure:
            fail_unsent(leases, failure.reason, is_refused=True)
            return


def redis_url() -> str:
    return str(current_app.extensions["settings"].redis_url)
