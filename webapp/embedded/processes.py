"""Child processes that never outlive their parent, each with its own process group and log file."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from webapp.embedded.files import open_private

LOG_LIMIT = 5_000_000  # bytes; a longer log is moved to NAME.log.1
PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class StartError(Exception):
    """Something could not be started; the message says what and why, for the user at the terminal."""


class Child:
    """A process in its own group, so that Ctrl-C at the terminal reaches only the supervisor.

    On Linux the kernel sends it `stop_signal` when the thread that started it ends, for whatever reason.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        with _opened(log) as output:
            self._log_start = output.tell()
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                process_group=0,
                preexec_fn=_die_with_parent(stop_signal),  # noqa: PLW1509  it makes system calls only
            )
        self.pid = self._process.pid
        self._is_gone = False

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Negative: terminated by that signal. None: still running."""
        return self._process.poll()

    @property
    def ending(self) -> str:
        code = self.exit_code
        if code is None:
            return "still running"
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def stop(self, timeout: float = 8.0) -> None:
        """Send the stop signal; after `timeout` seconds kill the process. Also kills what is left of its group."""
        if self.is_running:
            self._process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        if self._is_gone:  # its pid may have been reused
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._is_gone = True

    def shorten_log(self) -> None:
        """Copy a long log to another file and truncate it, because the process keeps the file open and appends to it.
        If the disk has no room for a copy, the log is only truncated."""
        with suppress(OSError):
            if self.log.stat().st_size <= LOG_LIMIT:
                return
            try:
                with self.log.open("rb") as log, open_private(_aside(self.log), append=False) as copy:
                    shutil.copyfileobj(log, copy)
            finally:
                os.truncate(self.log, 0)
                self._log_start = 0

    def log_tail(self, lines: int = 12) -> str:
        """The last lines that the process has written since this start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def wait_until(is_ready: Callable[[], bool], child: Child, *, timeout: float) -> None:
    """Poll until ready. Raises StartError, with the end of the log, if the child dies or after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not is_ready():
        if not child.is_running:
            raise StartError(f"{child.name} ended while starting ({child.log}):\n{child.log_tail()}")
        if time.monotonic() > deadline:
            raise StartError(f"{child.name} was not ready within {timeout:.0f} s ({child.log}):\n{child.log_tail()}")
        time.sleep(0.03)


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent (`make`) is killed. Otherwise it would go on."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # the parent died before the prctl call
            os._exit(1)

    return ask_kernel


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(_aside(log))
    return open_private(log, append=True)


def _aside(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
