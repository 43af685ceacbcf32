"""One owner per data directory, also after a crash: the kernel releases the lock when the process ends."""

import fcntl
import os
import signal
from contextlib import suppress
from pathlib import Path


class AlreadyHeldError(Exception):
    """Another running process holds this lock."""


class FileLock:
    """Held from construction until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise AlreadyHeldError(path) from None

    def release(self) -> None:
        os.close(self._descriptor)


def end_leftover(pid_file: Path, directory: Path, *, stop_signal: signal.Signals, timeout: float = 10.0) -> None:
    """Stop the server that a killed run left in `directory`, and remove its pid file.

    Only for the holder of the directory's lock. The process is stopped only if that directory is its working
    directory: its pid may have been reused by another process, as in every restarted container.
    """
    import psutil  # only after a crash

    with suppress(ValueError, OSError, psutil.Error):
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if Path(process.cwd()) == directory.resolve():
            process.send_signal(stop_signal)
            with suppress(psutil.TimeoutExpired):
                process.wait(timeout)
            process.kill()
            process.wait(timeout)
    pid_file.unlink(missing_ok=True)
