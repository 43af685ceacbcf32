"""Jobs that restore uploaded documents: one at a time in each worker process, in a thread of its own."""

import uuid

from rq import Queue
from rq.queue import EnqueueData
from rq.timeouts import JobTimeoutException

from webapp.core.db import transaction
from webapp.effects.mail.jobs import FAILURE_TTL, JOB_TIMEOUT, UPLOAD_QUEUE, queue
from webapp.identity import reserved_slugs
from webapp.services.portability.upload_leases import (
    TOO_SLOW,
    ImportLease,
    lease_uploads,
    refuse_upload,
    restore_upload,
)


class UploadQueue:
    """The queue as the relay fills it. It is short: only few documents are leased at the same time."""

    def __init__(self, redis_url: str) -> None:
        self._queue = queue(redis_url, UPLOAD_QUEUE)

    def fill(self) -> None:
        """Without the queue server nothing is leased: it would count as an attempt."""
        with transaction() as session:
            if leases := lease_uploads(session):
                self._queue.enqueue_many([_job(lease) for lease in leases])


def _job(lease: ImportLease) -> EnqueueData:
    return Queue.prepare_data(
        restore,
        args=(lease.host_id, lease.attempts),
        job_id=f"upload-{uuid.uuid4().hex}",
        description=f"upload of host {lease.host_id}",
        timeout=JOB_TIMEOUT,  # seconds; less than the lease
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
    )


def restore(host_id: int, attempts: int) -> None:
    """Restore the document of one host. Runs in an application context."""
    lease = ImportLease(host_id, attempts)
    try:
        restore_upload(lease, reserved=reserved_slugs())
    except JobTimeoutException:
        refuse_upload(lease, TOO_SLOW)
