"""The Postgres of the tests as a separate process, shared by all runs in this checkout, so that a run starts quickly.

    python -m tests.database.server FOLDER QUIET_SECONDS

It prints a line when Postgres answers. It ends when no run has held a lease for that long, when Postgres ends, or when
the folder is deleted. Its data are created anew at each start, because they are written without durability.
"""

import fcntl
import os
import secrets
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from webapp.embedded.files import write_private
from webapp.embedded.locks import AlreadyHeldError, FileLock, end_leftover
from webapp.embedded.postgres import start_postgres
from webapp.embedded.processes import Child

LOCK, LEASE, PID, ADDRESS = "server.lock", "lease", "server.pid", "address"
PATIENCE = 20.0  # seconds that another server has to end


def main() -> None:
    folder, quiet = Path(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    lock = hold(folder / LOCK)
    (folder / ADDRESS).unlink(missing_ok=True)
    write_private(folder / PID, str(os.getpid()))
    remove_leftovers(folder)
    data = folder / f"data-{secrets.token_hex(4)}"
    service = start_postgres(data, durable=False)
    try:
        write_private(folder / ADDRESS, str(service.socket_dir))
        print("ready", flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads it any longer
        lease = os.open(folder / LEASE, os.O_RDWR)  # closed by the end of the process: a run waits for that
        with suppress(FileNotFoundError):  # the folder was deleted
            wait_until_quiet(folder / LEASE, lease, service.child, quiet)
    finally:
        service.stop()
        shutil.rmtree(data, ignore_errors=True)
        lock.release()


def hold(path: Path) -> FileLock:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return FileLock(path)
        except AlreadyHeldError:
            if time.monotonic() > until:
                sys.exit(f"Another process holds {path} and does not end.")
            time.sleep(0.05)


def remove_leftovers(folder: Path) -> None:
    """Of a server that was killed."""
    for data in folder.glob("data-*"):
        cluster = data / "postgres" / "data"
        end_leftover(cluster / "postmaster.pid", cluster, stop_signal=signal.SIGQUIT)
        shutil.rmtree(data, ignore_errors=True)


def wait_until_quiet(path: Path, lease: int, child: Child, quiet: float) -> None:
    """Returns holding the lease alone: a run that comes just then waits for the end, and starts a new server."""
    while child.is_running and path.stat().st_ino == os.fstat(lease).st_ino:
        time.sleep(0.3)
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.utime(path)
            continue
        if time.time() - path.stat().st_mtime >= quiet:
            return
        fcntl.flock(lease, fcntl.LOCK_UN)


if __name__ == "__main__":
    main()
