"""What a server that has gone silent costs: one waiting caller, instead of all of them."""

import threading
import time
from collections.abc import Callable

import psycopg

from webapp.core.postgres import Connection

LONGEST_PAUSE = 1.0  # seconds


class Circuit:
    """Opens connections. After one that failed, only one caller at a time tries, after a pause as long as the failure
    took; everybody else is refused at once."""

    def __init__(self, opened: Callable[[], Connection]) -> None:
        self._opened = opened
        self._trying = threading.Lock()
        self._is_broken = False
        self._closed_until = 0.0  # by the monotonic clock

    def connect(self) -> Connection:
        if not self._is_broken:
            return self._try()
        if time.monotonic() < self._closed_until or not self._trying.acquire(blocking=False):
            raise psycopg.OperationalError("the server did not answer a moment ago")
        try:
            return self._try()
        finally:
            self._trying.release()

    def break_off(self) -> None:
        """A server has stopped answering on a connection that was open."""
        self._is_broken = True

    def _try(self) -> Connection:
        began_at = time.monotonic()
        try:
            connection = self._opened()
        except psycopg.Error:
            now = time.monotonic()
            self._closed_until = now + min(now - began_at, LONGEST_PAUSE)
            self._is_broken = True
            raise
        self._is_broken = False
        connection.on_silence = self.break_off
        return connection
