"""A running instance whose Postgres can be stopped: web server and worker as deployed, on a separate database with the
hosts of the demo."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live import Live, running
from webapp.core.config import PROJECT_DIR
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.embedded.postgres import PostgresService, start_postgres
from webapp.embedded.valkey import ValkeyService


@dataclass
class Database:
    """A Postgres with the tables and the demo's data, which crashes and comes back when it is told to."""

    home: Path
    service: PostgresService
    password: str = ""

    def crash(self) -> None:
        """SIGKILL for all of its processes at once."""
        self.service.child.kill()
        self.service.lock.release()

    def start(self) -> None:
        self.service = start_postgres(self.home, durable=False)


@pytest.fixture(scope="module")
def settings(valkey: ValkeyService, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every process of these tests is given, but for its database."""
    return {
        "PUBLIC_URL": "http://localhost",
        "SECRET_KEY": "a secret of the tests, long enough to be one",
        "REDIS_URL": valkey.url,
        "MAIL_SERVER": "127.0.0.1",
        "RATE_LIMITS": "off",
        "DATA": str(tmp_path_factory.mktemp("data")),
    }


@pytest.fixture(scope="module")
def database(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp("outages")
    database = Database(home, start_postgres(home, durable=False))
    urls = {"DATABASE_URL": database.service.url, "DATABASE_OWNER_URL": database.service.owner_url}
    flask(settings | urls, "db", "upgrade")
    found = re.search(r"host@example\.org\s.*password:? (.+)", flask(settings | urls, "demo"))
    database.password = found[1].strip() if found else ""
    yield database
    database.service.stop()


def flask(environ: dict[str, str], *command: str) -> str:
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    environ = {"PATH": os.environ["PATH"], **environ}
    done = subprocess.run(line, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


Serve = Callable[[str], AbstractContextManager[Live]]


@pytest.fixture
def serve(settings: dict[str, str]) -> Iterator[Serve]:
    """Starts web server and worker on the database of a URL."""
    with MailSink() as sink:
        yield lambda url: running(settings | {"DATABASE_URL": url}, sink)
