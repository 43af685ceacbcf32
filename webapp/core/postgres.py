"""Connections to Postgres. All of them are opened here, with settings of their own instead of those that a database, a
role or the caller's environment happens to have, and with an end to every wait for a server that has gone silent.

A slow statement and a server that is gone look the same from here. After DOUBT_SECONDS without an answer, the server is
asked for a second connection. A server that is there answers within milliseconds; one that is not is given up, instead
of after the minutes that TCP would take, or never, for a process that stands still on a machine that does not.

`Circuit` keeps a silent server from costing more than one waiting caller at a time.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import _WaitTimeout  # the only sign of it, and one that psycopg's own wait() acts on, too

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
# A URL may say otherwise. The kernel gives a connection up after ten seconds in which nothing is acknowledged, also one
# on which nobody waits.
PARAMETERS: Mapping[str, Any] = {
    "connect_timeout": 2,  # seconds for each host; psycopg takes less for 2
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "application_name": "openslot",
}
NO_SESSIONS = "sessions do not keep role and time-outs: have the pooler pool sessions, not transactions"
OLDEST_VERSION = 16
DOUBT_SECONDS = 1.0
ANSWER_SECONDS = 1.0
LONGEST_SECONDS = 17.0  # for a statement, which Postgres ends after 15

_LOST = """
SELECT name, current_setting(name) FROM unnest(%s::text[], %s::text[]) _(name, value)
WHERE current_setting(name) <> value
UNION ALL SELECT 'current_user', current_user WHERE current_user <> current_setting('role')
"""
_APPLY = """
SELECT pg_backend_pid(), array_agg(set_config(name, value, false)) FROM unnest(%s::text[], %s::text[]) _(name, value)
"""


class TooOldError(psycopg.OperationalError):
    """The text is a sentence for an operator."""


class Connection(psycopg.Connection[Any]):
    """Gives up on a server that says nothing more: OperationalError, and the connection is closed."""

    longest_seconds: float | None = LONGEST_SECONDS
    session_pid = 0  # of the process of Postgres that has our settings
    on_silence: Callable[[], None] | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, DOUBT_SECONDS)
        except _WaitTimeout:
            if not self._is_server_there():
                raise self._given_up("the server has stopped answering") from None
        try:
            return super().wait(gen, interval, self.longest_seconds)
        except _WaitTimeout:
            raise self._given_up("the server took too long to answer") from None

    def is_session_kept(self) -> bool:
        """Whether the same process of Postgres, in the same role, is still behind this connection: one round trip."""
        with self._outside_transactions():
            row = self.execute("SELECT pg_backend_pid(), current_user").fetchone()
        return row == (self.session_pid, ROLE)

    def lost_settings(self) -> list[str]:
        """Which settings of ours do not hold, with what they are instead."""
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
        """One round trip. Set like this and not in `options`, which poolers refuse or, told to, ignore."""
        row = self.execute(_APPLY, [list(settings), list(settings.values())]).fetchone()
        self.session_pid = row[0] if row else 0

    def _is_server_there(self) -> bool:
        """Whether the same server takes another connection and answers a question, or refuses it at once."""
        asking = threading.Thread(target=self._ask, daemon=True)  # looking up a name has no time limit
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
    """What a pooler between here and Postgres does to sessions, in words for an operator; None: nothing.

    Raises psycopg's errors. Two connections of clients that do nothing share a process of Postgres, or one is given
    another process than before, when a pooler lends processes for a transaction each.
    """
    with connect(url, autocommit=True) as first:
        if first.info.backend_pid == first.session_pid:
            return None  # no pooler: those invent a number of their own
        with connect(url, autocommit=True) as second:
            if first.session_pid != second.session_pid and first.is_session_kept():
                return None
    return NO_SESSIONS


def connect(url: str, settings: Settings = SETTINGS, *, autocommit: bool = False, **parameters: Any) -> Connection:
    """To any of the hosts that a URL in libpq's spelling names. OperationalError when there is none, or when it does
    not take the settings; TooOldError."""
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
