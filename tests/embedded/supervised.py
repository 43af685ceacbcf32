"""A project with the stand-in application, started in the way in which `make run` starts the real one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from webapp.core.config import PROJECT_DIR
from webapp.embedded.ports import free_port

STAND_IN = Path(__file__).parent / "stand_in"
OURS = (
    "webapp/core/config",
    "webapp/core/host_names.py",
    "webapp/core/logs.py",
    "webapp/core/mailbox.py",
    "webapp/core/migrations.py",
    "webapp/core/patience.py",
    "webapp/core/postgres.py",
    "webapp/domain/errors.py",
    "webapp/embedded",
    "webapp/server",
    "bin/web",
)
RUN = [sys.executable, "-m", "webapp.embedded.run"]
PATIENCE = 120.0  # seconds; for a slow machine that has other work


def make_project(folder: Path) -> Path:
    shutil.copytree(STAND_IN, folder)
    for package in ("webapp", "webapp/core", "webapp/domain"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    (folder / "bin").mkdir()
    for name in OURS:
        copy = shutil.copytree if (PROJECT_DIR / name).is_dir() else shutil.copy
        copy(PROJECT_DIR / name, folder / name)
    return folder


def environment(**settings: str) -> dict[str, str]:
    """Nothing configured but what is given."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONDONTWRITEBYTECODE": "1"} | settings


@dataclass
class Run:
    process: subprocess.Popen[str]
    port: int
    data_dir: Path
    output: Path

    @property
    def printed(self) -> str:
        return self.output.read_text()

    def wait_until_up(self, timeout: float = PATIENCE) -> "Run":
        deadline = time.monotonic() + timeout
        while "is running" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.05)
        return self

    def wait_for_worker(self) -> None:
        """It starts when the web server is up, and is told apart from earlier ones by a fresh log."""
        self.wait_for("worker is up", log="worker")

    def wait_for(self, words: str, *, log: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in (self.data_dir / "log" / f"{log}.log").read_text():
            assert time.monotonic() < deadline, f"no {words!r} in the log of {log}"
            time.sleep(0.05)

    def end(self, by: signal.Signals = signal.SIGINT, timeout: float = PATIENCE) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(by)
        return self.process.wait(timeout)


def start(project: Path, data_dir: Path, *, port: int = 0, command: list[str] | None = None, **settings: str) -> Run:
    port = port or free_port()
    output = data_dir.parent / f"output-{time.monotonic_ns()}.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            command or RUN,
            cwd=project,
            env=environment(PORT=str(port), DATA=str(data_dir), **settings),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Run(process, port, data_dir, output)


def processes_of(data_dir: Path) -> list[str]:
    """Everything alive that was started for this DATA."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), process.environ().get("DATA", ""), process.cwd()]
        except psutil.Error:
            continue
        if any(str(data_dir) in text for text in told):
            found.append(f"{process.pid} {' '.join(told)}")
    return found


def wait_until_gone(data_dir: Path, timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while left := processes_of(data_dir):
        assert time.monotonic() < deadline, "\n".join(left)
        time.sleep(0.05)
