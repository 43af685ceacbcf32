"""Threads that work for webhooks: most of them for endpoints that answer, some for those that do not.

Threads, since a job is one long wait for somebody's server; beside the thread of the mails, which no webhook delays.
"""

import logging
import threading
import time
from contextlib import suppress
from typing import Any

from flask import Flask
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.timeouts import TimerDeathPenalty

from webapp.effects.mail.jobs import FAILING_WEBHOOK_QUEUE, WEBHOOK_QUEUE, stopping
from webapp.effects.worker import RECONNECT, QueueWorker, give_back_untouched, queue_server, work_through_absences

log = logging.getLogger(__name__)

THREADS = {WEBHOOK_QUEUE: 12, FAILING_WEBHOOK_QUEUE: 4}
WAKE_EVERY = 0.1  # seconds
WAKE_SECONDS = 1.0  # for the queue server to answer


class WebhookWorker(QueueWorker):
    """In a thread that is not the main one: no signals, neither for stopping nor for a job's time limit."""

    death_penalty_class = TimerDeathPenalty

    def __init__(self, *args: Any, pool: "WebhookWorkerPool") -> None:
        super().__init__(*args)
        self._pool = pool

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's before each wait for a job, where a thread that is to end can do so quietly. One with a pipeline belongs
        to a job in hand."""
        if pipeline is None:
            if stopping.is_set():
                raise StopRequested
            self._pool.clients[threading.get_ident()] = self.connection.client_id()
        super().heartbeat(timeout, pipeline)

    def _install_signal_handlers(self) -> None:
        """`stopping` is what its jobs look at."""


class WebhookWorkerPool:
    """The threads of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._threads: list[threading.Thread] = []
        self.clients: dict[int, int] = {}  # by thread: the number of its connection in the queue server

    def start(self) -> None:
        for queue, count in THREADS.items():
            for number in range(count):
                name = f"{queue} {number + 1}"
                self._threads.append(threading.Thread(target=self._work, args=(queue,), name=name, daemon=True))
                self._threads[-1].start()

    def finish(self, seconds: float) -> None:
        """Wait for the messages in hand; what takes longer is sent again by whoever comes next. Threads without one
        wait in the queue, and are woken: cut off, each would log an error."""
        until = time.monotonic() + seconds
        while (alive := [thread for thread in self._threads if thread.is_alive()]) and time.monotonic() < until:
            self._wake()
            alive[0].join(WAKE_EVERY)
        give_back_untouched(self._app, *THREADS)

    def _wake(self) -> None:
        """Again and again: a thread may be on its way into its wait. Those at work take no notice."""
        with suppress(RedisError), queue_server(self._app, socket_timeout=WAKE_SECONDS) as server:
            for client in self.clients.copy().values():
                server.client_unblock(client)

    def _work(self, queue: str) -> None:
        connection = queue_server(self._app)
        while not stopping.is_set():
            try:
                work_through_absences(lambda: WebhookWorker(self._app, connection, queue, pool=self))
            except Exception:  # nobody would miss this thread before all of them are gone
                log.exception("webhook worker: unexpected, going on")
                stopping.wait(RECONNECT)
