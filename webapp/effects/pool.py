"""Threads for everything but mail, which no other job delays: for webhooks, most of them for endpoints that answer and
some for those that do not; and one for uploaded documents, which are restored one after the other.

Threads, since a job mostly waits for another server. A document takes processor time, but seldom."""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Flask
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.timeouts import TimerDeathPenalty

from webapp.effects.mail.jobs import FAILING_WEBHOOK_QUEUE, UPLOAD_QUEUE, WEBHOOK_QUEUE, stopping
from webapp.effects.worker import RECONNECT, QueueWorker, give_back_untouched, queue_server, work_through_absences

log = logging.getLogger(__name__)

THREADS = {WEBHOOK_QUEUE: 12, FAILING_WEBHOOK_QUEUE: 4, UPLOAD_QUEUE: 1}
WAKE_EVERY = 0.1  # seconds
WAKE_SECONDS = 1.0  # timeout of the queue server


class ThreadWorker(QueueWorker):
    """Not in the main thread: no signals, neither for stopping nor for a job's time limit."""

    death_penalty_class = TimerDeathPenalty

    def __init__(self, *args: Any, pool: "WorkerPool") -> None:
        super().__init__(*args)
        self._pool = pool

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls it before each wait for a job, where a stopping thread can end quietly. With a pipeline it belongs
        to a running job."""
        if pipeline is None:
            if stopping.is_set():
                raise StopRequested
            self._pool.clients[threading.get_ident()] = self.connection.client_id()
        super().heartbeat(timeout, pipeline)

    def _install_signal_handlers(self) -> None:
        """Not needed: its jobs check `stopping`."""


class WorkerPool:
    """The threads of one process for some of the queues in `THREADS`."""

    def __init__(self, app: Flask, queues: Sequence[str] = tuple(THREADS)) -> None:
        self._app = app
        self._queues = queues
        self._threads: list[threading.Thread] = []
        self.clients: dict[int, int] = {}  # by thread: its client id in the queue server

    def start(self) -> None:
        for queue in self._queues:
            for number in range(THREADS[queue]):
                name = f"{queue} {number + 1}"
                self._threads.append(threading.Thread(target=self._work, args=(queue,), name=name, daemon=True))
                self._threads[-1].start()

    def finish(self, seconds: float) -> None:
        """Wait for running jobs; those that take longer are run again by another worker. Idle threads wait in
        the queue and are woken: if cut off, each would log an error."""
        until = time.monotonic() + seconds
        while (alive := [thread for thread in self._threads if thread.is_alive()]) and time.monotonic() < until:
            self._wake()
            alive[0].join(WAKE_EVERY)
        give_back_untouched(self._app, *self._queues)

    def _wake(self) -> None:
        """Called repeatedly: a thread may be just about to wait. Busy threads are not affected."""
        with suppress(RedisError), queue_server(self._app, socket_timeout=WAKE_SECONDS) as server:
            for client in self.clients.copy().values():
                server.client_unblock(client)

    def _work(self, queue: str) -> None:
        connection = queue_server(self._app)
        while not stopping.is_set():
            try:
                work_through_absences(lambda: ThreadWorker(self._app, connection, queue, pool=self))
            except Exception:  # a lost thread would go unnoticed until all of them are gone
                log.exception("%s: unexpected, going on", queue)
                stopping.wait(RECONNECT)
