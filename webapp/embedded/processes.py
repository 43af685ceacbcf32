"""Child processes that never outlive their parent, each with a process group and a log file of its own."""

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

LOG_LIMIT = 5_000_000  # bytes; a longer log is put aside as NAME.log.1
PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class StartError(Exception):
    """Something could not be started; the text says what and why, for the person at the terminal."""


class Child:
    """A process in a group of its own, so that Ctrl-C at the terminal reaches the supervisor only.

    On Linux the kernel sends it `stop_signal` when the thread that started it ends, however that ends.
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
        """Negative: ended by that signal. None: still running."""
        return self._process.poll()

    @property
    def ending(self) -> str:
        code = self.exit_code
        if code is None:
            return "still running"
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def stop(self, timeout: float = 8.0) -> None:
        """Ask it to end; after `timeout` seconds end it, with whatever it left behind in its group."""
        if self.is_running:
            self._process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        if self._is_gone:  # its number may be somebody else's by now
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._is_gone = True

    def shorten_log(self) -> None:
        """Put a long log aside by a copy: the process holds the file and appends to it. Without room for a copy it is
        cut off; it is what fills the disk."""
        with suppress(OSError):
            if self.log.stat().st_size <= LOG_LIMIT:
                return
            try:
                shutil.copyfile(self.log, _aside(self.log))
            finally:
                os.truncate(self.log, 0)
                self._log_start = 0

    def log_tail(self, lines: int = 12) -> str:
        """The last lines it wrote since this start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def wait_until(is_ready: Callable[[], bool], child: Child, *, timeout: float) -> None:
    """Poll until ready; StartError with the end of the log when the child dies or `timeout` seconds pass."""
    deadline = time.monotonic() + timeout
    while not is_ready():
        if not child.is_running:
            raise StartError(f"{child.name} ended while starting ({child.log}):\n{child.log_tail()}")
        if time.monotonic() > deadline:
            raise StartError(f"{child.name} was not ready within {timeout:.0f} s ({child.log}):\n{child.log_tail()}")
        time.sleep(0.03)


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(_aside(log))
    return log.open("ab")


def _aside(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")
