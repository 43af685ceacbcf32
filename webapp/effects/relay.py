"""The relay: from the outbox to the queue.

It listens to Postgres and, since a notification can be missed, also polls every few seconds. Any number may run.
Without the queue server it goes on writing deliveries, which are leased again when their leases expire; without
Postgres it waits and reconnects.
"""

import logging
import threading
import time

import psycopg
from flask import Flask
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.db import transaction
from webapp.core.postgres import Connection, connect
from webapp.effects.mail.jobs import BATCH, MOST_JOBS, QUEUE, enqueue, queue
from webapp.effects.uploads.jobs import UploadQueue
from webapp.effects.webhooks.jobs import WebhookQueues
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.mail.limits import lease_mails
from webapp.services.shared.outbox import CHANNEL

log = logging.getLogger(__name__)

SWEEP = 5.0  # seconds between polls without a notification
GATHER = 0.03  # seconds after a notification, so that a burst of bookings is handled at once
FULL_QUEUE_PAUSE = 0.2  # seconds until the next poll while the queue is full
STOP_CHECK = 0.5  # seconds; how soon a stop is noticed
RECONNECT = 2.0  # seconds


class Relay:
    """`run` returns once `stopping` is set."""

    def __init__(self, app: Flask, stopping: threading.Event) -> None:
        self._app = app
        self._stopping = stopping
        redis_url = app.extensions["settings"].redis_url
        self._queue: Queue = queue(redis_url, QUEUE)
        self._webhook_queues = WebhookQueues(redis_url)
        self._uploads = UploadQueue(redis_url)
        self._queue_is_down = False

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._listening() as listener:
                    self._serve(listener)
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("relay: Postgres is not there (%s), trying again", type(error).__name__)
                self._stopping.wait(RECONNECT)
            except Exception:
                log.exception("relay: unexpected, going on")
                self._stopping.wait(RECONNECT)

    def look(self) -> bool:
        """Dispatch events and enqueue due deliveries, once. True: there are more, waiting for room in the queue."""
        with self._app.app_context():
            while not self._stopping.is_set():
                with transaction() as current:
                    if not dispatch_events(current):
                        break
            try:
                is_full = self._fill_queue()
                is_full |= self._webhook_queues.fill()
                self._uploads.fill()
            except RedisError as error:
                self._note_queue(is_down=True, reason=type(error).__name__)
                return False
            self._note_queue(is_down=False)
            return is_full

    def _fill_queue(self) -> bool:
        while (room := MOST_JOBS - self._queue.count) > 0:
            with transaction() as current:
                leases = lease_mails(current, limit=room * BATCH)
            if not leases:
                return False
            enqueue(self._queue, leases)
        return True

    def _serve(self, listener: Connection) -> None:
        while not self._stopping.is_set():
            pause = FULL_QUEUE_PAUSE if self.look() else SWEEP
            if _notified(listener, pause, self._stopping):
                self._stopping.wait(GATHER)
            elif not listener.is_session_kept():  # else it would listen forever to a server that has vanished
                raise psycopg.OperationalError("the session that listens is another one")

    def _listening(self) -> Connection:
        url = self._app.extensions["settings"].database_url
        listener = connect(url, autocommit=True, application_name="openslot relay")
        listener.execute(f"LISTEN {CHANNEL}")
        return listener

    def _note_queue(self, *, is_down: bool, reason: str = "") -> None:
        if is_down != self._queue_is_down:
            log.warning("relay: the queue server is %s", f"not there ({reason})" if is_down else "back")
        self._queue_is_down = is_down


def _notified(listener: Connection, seconds: float, stopping: threading.Event) -> bool:
    """Wait for a notification; True if there was one. Several that arrive together count as one."""
    deadline = time.monotonic() + seconds
    while not stopping.is_set() and (left := deadline - time.monotonic()) > 0:
        if list(listener.notifies(timeout=min(left, STOP_CHECK), stop_after=1)):
            list(listener.notifies(timeout=0))
            return True
    return False
