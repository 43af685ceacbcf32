"""Time zone rules come from the pinned package `tzdata`, not from the machine.

A directory of wrong data (Berlin has New York's clock) represents the machine's data: the environment can name such a
directory, and systems have one in places that Python searches.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import tzdata

from tests.builders import Build, tomorrow
from tests.live import Live, Person, running
from tests.web.pages import forms_of
from webapp.core.config import PROJECT_DIR
from webapp.embedded.mailcatcher.sink import MailSink

# Modules that a process begins with.
ENTRIES = (
    "wsgi",
    "worker",
    "webapp.healthcheck",
    "webapp.embedded.run",
    "webapp.domain.availability.instants",
    "bench.stack",
)
CLOCK = "from zoneinfo import ZoneInfo; from datetime import datetime, UTC"
ASKED = f"import {{}}; {CLOCK}; print(datetime(2027, 1, 4, 10, tzinfo=UTC).astimezone(ZoneInfo('Europe/Berlin')).hour)"


@pytest.fixture(scope="module")
def false_data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A path for PYTHONTZPATH: Berlin is New York, and there is a zone that nobody else knows."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    with as_file(files(tzdata) / "zoneinfo") as true:
        for name in ("Europe/Berlin", "Europe/Atlantis"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(true / "America" / "New_York", folder / name)
    return str(folder)


def test_the_false_data_would_be_used(false_data: str) -> None:
    assert clock_in_berlin("os", false_data) == "5"


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_process_uses_the_data_of_its_machine(entry: str, false_data: str, environment: dict[str, str]) -> None:
    assert clock_in_berlin(entry, false_data, **environment) == "11"


def test_commands_use_the_pinned_data(build: Build, clean: None, false_data: str, environment: dict[str, str]) -> None:
    build.slot(build.host(slug="ada"), tomorrow(10))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "slots", "ada", "30min"]
    done = ran([*command, "--zone=Europe/Berlin"], false_data, **environment)
    assert done.stdout.split()[-1] in ("+0100", "+0200")
    assert ran([*command, "--zone=Europe/Atlantis"], false_data, **environment).returncode != 0


@pytest.fixture
def misled(clean: None, false_data: str, environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Live, Path]]:
    """Web server and worker on a machine with false data, and the file they log to."""
    log = tmp_path / "log"
    environ = environment | {"PYTHONTZPATH": false_data}
    with log.open("wb") as file, MailSink() as sink, running(environ, sink, file) as live:
        yield live, log


def test_pages_and_mail_use_the_pinned_data_and_say_which(misled: tuple[Live, Path], build: Build) -> None:
    live, log = misled
    start = tomorrow(10)
    build.slot(build.host(slug="ada", email="ada@example.org"), start)
    guest = Person(live)
    page = guest.open(f"/ada/30min/book?start={start:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Berlin")
    assert "Central European" in page.text
    assert "GMT-0" not in page.text
    action = next(action for action, _fields in forms_of(page.text) if "/book" in action)
    guest.submit(page.url, action=action, name="Gita", email="gita@example.net", subject="First meeting")
    body = live.mails_to("ada@example.org")[0].get_body(("plain",))
    assert body is not None
    assert "Central European" in body.get_content()
    assert "GMT-0" not in body.get_content()
    assert guest.open("/readyz").text.splitlines() == ["ok", f"time zone data {tzdata.IANA_VERSION}"]
    said = [line for line in log.read_text().splitlines() if f"time zone data {tzdata.IANA_VERSION}" in line]
    assert len(said) == 3  # two web processes and the worker


def clock_in_berlin(module: str, path: str, **environment: str) -> str:
    """The hour of 10:00 UTC on a day in winter, for a process that begins with the module."""
    return ran([sys.executable, "-c", ASKED.format(module)], path, **environment).stdout.strip()


def ran(command: list[str], path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], **environment, "PYTHONTZPATH": path}
    done = {"cwd": PROJECT_DIR, "env": environ, "capture_output": True, "text": True, "timeout": 300}
    return subprocess.run(command, check=False, **done)
