"""Threads that work for webhooks: most of them for endpoints that answer, some for those that do not.

Threads, since a job is one long wait for somebody's server; beside the thread of the mails, which no webhook delays.
"""

import logging
import threading
from typing import Any

from flask import Flask
from redis import Redis
from rq.timeouts import TimerDeathPenalty

from webapp.effects.jobs import FAILING_WEBHOOK_QUEUE, WEBHOOK_QUEUE, stopping
from webapp.effects.worker import RECONNECT, QueueWorker, give_back_untouched, queue_server, work_through_absences

log = logging.getLogger(__name__)

THREADS = {WEBHOOK_QUEUE: 12, FAILING_WEBHOOK_QUEUE: 4}


class WebhookWorker(QueueWorker):
    """In a thread that is not the main one: no signals, neither for stopping nor for a job's time limit."""

    death_penalty_class = TimerDeathPenalty

    def __init__(self, *args: Any, crew: "Crew") -> None:
        super().__init__(*args)
        self._crew = crew

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        with self._crew.at_work:
            return super().perform_job(*args, **kwargs)

    def _install_signal_handlers(self) -> None:
        """`stopping` is what its jobs look at."""


class _AtWork:
    """Counts the jobs in hand."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_until_none(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._count, seconds)


class Crew:
    """The threads of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.at_work = _AtWork()
        self._connections: dict[str, list[Redis]] = {queue: [] for queue in THREADS}

    def start(self) -> None:
        for queue, count in THREADS.items():
            for number in range(count):
                name = f"{queue} {number + 1}"
                threading.Thread(target=self._work, args=(queue,), name=name, daemon=True).start()

    def finish(self, seconds: float) -> None:
        """Wait for the messages in hand. Threads without one wait in the queue and end with the process; what takes
        longer is sent again by whoever comes next."""
        self.at_work.wait_until_none(seconds)
        for queue, connections in self._connections.items():
            give_back_untouched(self._app, queue, connections)

    def _work(self, queue: str) -> None:
        connection = queue_server(self._app)
        self._connections[queue].append(connection)
        while not stopping.is_set():
            try:
                work_through_absences(lambda: WebhookWorker(self._app, connection, queue, crew=self))
            except Exception:  # nobody would miss this thread before all of them are gone
                log.exception("webhook worker: unexpected, going on")
                stopping.wait(RECONNECT)
