"""RQ's worker, made for many short batches: in this process instead of a fork per job, one SMTP connection kept.

A fork per job costs more than the mail it sends. The price is that a job can take the process with it; the lease
of its deliveries covers that, and whoever runs this process starts it again.
"""

import logging
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from webapp.effects.jobs import QUEUE, stopping
from webapp.effects.transport import mail

log = logging.getLogger(__name__)

RECONNECT = 2.0  # seconds


class MailWorker(SimpleWorker):
    """Runs jobs in the application's context, and tells a running batch when to stop."""

    max_connection_wait_time = 4.0  # seconds between tries while the queue server is away
    log_result_lifespan = False

    def __init__(self, app: Flask, connection: Redis) -> None:
        super().__init__([QUEUE], connection=connection, serializer=JSONSerializer, log_job_description=False)
        self._app = app

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        with self._app.app_context():
            return bool(super().perform_job(*args, **kwargs))

    def _install_signal_handlers(self) -> None:
        """RQ's, from now on. A signal that came before them has been noted, and nobody sends a second one."""
        super()._install_signal_handlers()
        self._stop_requested = stopping.is_set()

    def handle_warm_shutdown_request(self) -> None:
        stopping.set()

    def subscribe(self) -> None:
        """No commands from elsewhere: RQ's channel for them costs a thread, a connection and a second at the end."""


def work(app: Flask) -> None:
    """Work until `stopping` is set, through every absence of the queue server."""
    connection = Redis.from_url(app.extensions["settings"].redis_url, socket_connect_timeout=2, protocol=2)
    try:
        while not stopping.is_set():
            _work_while_it_is_there(app, connection)
            stopping.wait(RECONNECT)
    except StopRequested:  # a signal while no worker was at work
        pass
    mail.connection.quit()


def _work_while_it_is_there(app: Flask, connection: Redis) -> None:
    try:
        MailWorker(app, connection).work(logging_level="WARNING")
    except RedisError as error:
        log.warning("worker: the queue server is not there (%s), trying again", type(error).__name__)
