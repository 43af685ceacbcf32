"""`make run` itself, with the real application: the first start, what a user then does, and the second start.

All in a shell with settings for other databases.
"""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.embedded import supervised
from tests.embedded.supervised import PATIENCE, Run, wait_until_gone
from tests.libpq import WRONG
from webapp.core.config import PROJECT_DIR

pytestmark = pytest.mark.skipif(
    not Path(sys.prefix).samefile(PROJECT_DIR / ".venv"), reason="make run uses the project's own .venv"
)


def start(data_dir: Path) -> Run:
    return supervised.start(PROJECT_DIR, data_dir, command=["make", "run"], **WRONG).wait_until_up()


def interrupt(run: Run) -> None:
    """Ctrl-C: the terminal sends it to `make` and to everything that `make` runs."""
    for process in (psutil.Process(run.process.pid), *psutil.Process(run.process.pid).children()):
        process.send_signal(signal.SIGINT)
    run.process.wait(PATIENCE)
    wait_until_gone(run.data_dir)


def flask(data_dir: Path, *command: str, said: str = "") -> str:
    """A command in another terminal: it knows DATA and nothing else."""
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    environ = supervised.environment(DATA=str(data_dir), **WRONG)
    done = subprocess.run(line, cwd=PROJECT_DIR, env=environ, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pages(run: Run) -> dict[str, str]:
    """What the printed addresses show, by their labels."""
    printed = dict(re.findall(r"^  (\w+(?: \w+)?) +(http\S+)$", run.printed, re.MULTILINE))
    assert set(printed) == {"Public page", "Host login", "Admin", "Caught mail"}
    return {label: urllib.request.urlopen(url, timeout=60).read().decode() for label, url in printed.items()}


def test_from_nothing_to_both_sides_and_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    run = start(data_dir)
    assert re.search(r"host\S* +\S+@\S+", run.printed)
    shown = pages(run)
    assert "Demo Host" in shown["Public page"]
    assert 'type="password"' in shown["Host login"]
    created = flask(
        data_dir,
        *("create-host", "grace@example.org", "--name", "Grace", "--slug", "grace", "--time-zone", "Europe/Paris"),
        said="a long enough passphrase\n",
    )
    assert "grace" in created
    interrupt(run)

    again = start(data_dir)
    page = urllib.request.urlopen(f"http://localhost:{again.port}/grace", timeout=60).read().decode()
    assert "Grace" in page
    assert "password " not in again.printed.split("Openslot is running")[0]
    interrupt(again)
