"""Connections to Postgres. All are opened here, with explicit settings that replace those of the database, the role and
the environment, and with a timeout for every wait for a server that has stopped responding.

A slow statement and an unreachable server look the same to the client. After DOUBT_SECONDS without an answer, a second
connection is opened as a probe. A working server accepts it within milliseconds; otherwise the connection is given up.
TCP alone would take minutes, and would never notice a server process that hangs while its machine still responds.

`Circuit` makes sure that only one caller at a time waits for a server that does not respond. A caller who does
not wait any longer for a working server (`patience`) has the statement cancelled.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import _WaitTimeout  # the only sign of a timeout; psycopg's own wait() handles it, too

from webapp.core.patience import may_wait

T = TypeVar("T")
Settings = Mapping[str, str]

ROLE = "openslot_app"  # owns nothing
# As Postgres shows them.
SETTINGS: Settings = {
    "role": ROLE,
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "search_path": "public",
    "standard_conforming_strings": "on",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "lock_timeout": "3s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
}
OWNER_SETTINGS: Settings = {name: value for name, value in SETTINGS.items() if name != "role"} | {
    "lock_timeout": "1500ms",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
# A URL may override these. The kernel drops a connection after ten seconds without acknowledgement, even if no caller
# waits for it.
PARAMETERS: Mapping[str, Any] = {
    "connect_timeout": 2,  # seconds per host; psycopg raises smaller values to 2
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "application_name": "openslot",
}
NO_SESSIONS = "sessions do not keep role and time-outs: have the pooler pool sessions, not transactions"
OLDEST_VERSION = 16
CHECK_SECONDS = 0.25  # between two questions whether to wait on
DOUBT_SECONDS = 1.0
ANSWER_SECONDS = 1.0
CANCEL_SECONDS = 0.25  # for a cancelled statement to end
LONGEST_SECONDS = 17.0  # for a statement, which Postgres cancels after 15

_LOST = """
SELECT name, current_setting(name) FROM unnest(%s::text[], %s::text[]) _(name, value)
WHERE current_setting(name) <> value
UNION ALL SELECT 'current_user', current_user WHERE current_user <> current_setting('role')
"""
_APPLY = """
SELECT pg_backend_pid(), array_agg(set_config(name, value, false)) FROM unnest(%s::text[], %s::text[]) _(name, value)
"""


class TooOldError(psycopg.OperationalError):
    """The message is a sentence for the operator."""


class Connection(psycopg.Connection[Any]):
    """If the server stops responding, closes the connection and raises OperationalError."""

    longest_seconds: float | None = LONGEST_SECONDS
    session_pid = 0  # the Postgres process to which the settings were applied
    on_silence: Callable[[], None] | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, CHECK_SECONDS)
        except _WaitTimeout:
            return self._wait_on(gen, interval)

    def _wait_on(self, gen: PQGen[T], interval: float) -> T:
        """The same, for a statement that has taken CHECK_SECONDS."""
        began_at = time.monotonic() - CHECK_SECONDS
        is_doubted = True
        while (waited := time.monotonic() - began_at) < (self.longest_seconds or math.inf):
            if not may_wait():
                return self._cancelled(gen, interval)
            if is_doubted and waited >= DOUBT_SECONDS:
                if not self._is_server_there():
                    raise self._given_up("the server has stopped answering")
                is_doubted = False
            with suppress(_WaitTimeout):
                return super().wait(gen, interval, CHECK_SECONDS)
        raise self._given_up("the server took too long to answer")

    def _cancelled(self, gen: PQGen[T], interval: float) -> T:
        """The outcome of a statement after a request to cancel it. Its transaction stays open; but a server that cannot
        cancel it, because it waits for its disk, loses the connection."""
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=CANCEL_SECONDS)
        try:
            return super().wait(gen, interval, CANCEL_SECONDS)
        except _WaitTimeout:
            self.close()
            raise psycopg.OperationalError("the server has not cancelled a statement") from None

    def is_session_kept(self) -> bool:
        """Whether this connection still has the same Postgres process and role: one round trip."""
        with self._outside_transactions():
            row = self.execute("SELECT pg_backend_pid(), current_user").fetchone()
        return row == (self.session_pid, ROLE)

    def lost_settings(self) -> list[str]:
        """The settings that are not in effect, with their actual values."""
        with self._outside_transactions():
            rows = self.execute(_LOST, [list(SETTINGS), list(SETTINGS.values())]).fetchall()
        return [f"{name} is {value}" for name, value in rows]

    @contextmanager
    def _outside_transactions(self) -> Iterator[None]:
        before = self.autocommit
        self.autocommit = True
        try:
            yield
        finally:
            if not self.closed:
                self.autocommit = before

    def require_version(self) -> None:
        """Raises TooOldError. Drivers write 15.8 as 150008."""
        major, minor = divmod(self.info.server_version, 10_000)
        if major < OLDEST_VERSION:
            raise TooOldError(f"Postgres {OLDEST_VERSION} or newer is needed, this is {major}.{minor}.")

    def apply(self, settings: Settings) -> None:
        """One round trip. Not in the startup parameter `options`, which poolers refuse or can be told to ignore."""
        row = self.execute(_APPLY, [list(settings), list(settings.values())]).fetchone()
        self.session_pid = row[0] if row else 0

    def _is_server_there(self) -> bool:
        """Whether the same server accepts another connection and answers a query, or refuses immediately."""
        asking = threading.Thread(target=self._ask, daemon=True)  # name resolution has no timeout
        asking.start()
        asking.join(ANSWER_SECONDS)
        return not asking.is_alive()

    def _ask(self) -> None:
        same = make_conninfo(self.info.dsn, password=self.info.password, target_session_attrs="any")
        with suppress(psycopg.Error), psycopg.connect(same, autocommit=True) as second:
            second.execute("SELECT 1")

    def _given_up(self, reason: str) -> psycopg.OperationalError:
        self.close()
        if self.on_silence:
            self.on_silence()
        return psycopg.OperationalError(reason)


def session_fault(url: str) -> str | None:
    """How a pooler in front of Postgres breaks sessions, in words for the operator; None if it does not.

    Raises psycopg's errors. With transaction pooling, two idle client connections share a Postgres process, or one
    connection gets a different process than before.
    """
    with connect(url, autocommit=True) as first:
        if first.info.backend_pid == first.session_pid:
            return None  # no pooler, since poolers report a pid of their own
        with connect(url, autocommit=True) as second:
            if first.session_pid != second.session_pid and first.is_session_kept():
                return None
    return NO_SESSIONS


def connect(url: str, settings: Settings = SETTINGS, *, autocommit: bool = False, **parameters: Any) -> Connection:
    """Connect to one of the hosts in a URL in libpq's syntax. Raises OperationalError if none is available or the
    settings are refused, and TooOldError."""
    parameters = {**PARAMETERS, **parameters, **conninfo_to_dict(url)}
    connection = Connection.connect(**parameters, autocommit=True)
    try:
        connection.require_version()
        connection.apply(settings)
        connection.autocommit = autocommit
    except TooOldError:
        connection.close()
        raise
    except psycopg.Error as error:
        connection.close()
        raise psycopg.OperationalError(f"no session with the settings it needs: {error}") from error
    return connection


LONGEST_PAUSE = 1.0  # seconds


class Circuit:
    """A circuit breaker for opening connections. After a failure, only one caller at a time tries again, after a pause
    as long as the failure took; all others are refused immediately."""

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
        """Called when the server has stopped responding on an open connection."""
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
