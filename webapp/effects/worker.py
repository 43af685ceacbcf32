"""RQ's worker, adapted to many short batches: in this process instead of a fork per job, with one open SMTP connection.

A fork per job costs more than the mail it sends. The price is that a job can crash the process; then the leases of its
deliveries expire, and the process must be restarted by whatever supervises it.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from webapp.effects.mail.jobs import QUEUE, queue, stopping
from webapp.effects.mail.smtp import mail

log = logging.getLogger(__name__)

RECONNECT = 2.0  # seconds
LISTEN = 5  # seconds of one wait for a job; RQ's default is seven minutes


class QueueWorker(SimpleWorker):
    """Runs the jobs of one queue in an application context."""

    max_connection_wait_time = 4.0  # seconds between attempts while the queue server is unavailable
    log_result_lifespan = False

    def __init__(self, app: Flask, connection: Redis, queue: str) -> None:
        super().__init__([queue], connection=connection, serializer=JSONSerializer, log_job_description=False)
        self._app = app

    @property
    def dequeue_timeout(self) -> int:
        """Short, since the queue server hands jobs to any waiting client, even if its machine has vanished or is
        suspended; and a queue server that vanished is noticed ten seconds after this."""
        return LISTEN

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Registers again if the registry was cleared, or `webapp.healthcheck` would never find it again."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None and not self.connection.hexists(self.key, "pid"):
            self.connection.delete(self.key)
            self.register_birth()  # type: ignore[no-untyped-call]

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        with self._app.app_context():
            return bool(super().perform_job(*args, **kwargs))

    def subscribe(self) -> None:
        """Do nothing: RQ's channel for remote commands costs a thread, a connection and a second at the end."""


class MailWorker(QueueWorker):
    """Stops a running batch on request."""

    def _install_signal_handlers(self) -> None:
        """From here on RQ handles signals. An earlier signal is already recorded, and will not be sent again."""
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        self._stop_requested = stopping.is_set()

    def handle_warm_shutdown_request(self) -> None:
        stopping.set()


def work(app: Flask) -> None:
    """Work until `stopping` is set, even while the queue server is unavailable."""
    connection = queue_server(app)
    with suppress(StopRequested):  # a signal while no worker was running
        work_through_absences(lambda: MailWorker(app, connection, QUEUE))
    mail.connection.quit()
    connection.close()  # else the server would hand it one more job
    give_back_untouched(app, QUEUE)


def queue_server(app: Flask, **options: Any) -> Redis:
    return Redis.from_url(app.extensions["settings"].redis_url, socket_connect_timeout=2, protocol=2, **options)


def give_back_untouched(app: Flask, *names: str) -> None:
    """When a worker ends: return jobs that were taken but not started to the front of the queue.

    If the process stops between the two, the job is left to RQ's maintenance, and its mail to the end of the lease.
    Some jobs may be about to start in another worker; running a job twice does no harm.
    """
    with suppress(RedisError):  # if the server does not answer for one queue, skip the others
        for name in names:
            jobs = queue(app.extensions["settings"].redis_url, name)
            while jobs.connection.lmove(jobs.intermediate_queue_key, jobs.key, "RIGHT", "LEFT"):
                pass


def work_through_absences(worker: Callable[[], SimpleWorker]) -> None:
    while not stopping.is_set():
        try:
            worker().work(logging_level="WARNING")
        except RedisError as error:
            log.warning("worker: the queue server is not there (%s), trying again", type(error).__name__)
        stopping.wait(RECONNECT)
