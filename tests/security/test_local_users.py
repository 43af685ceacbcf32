"""Other users of the machine on which `make run` runs: what they can connect to and what they can read."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
import requests

from tests.embedded import supervised
from tests.embedded.supervised import Run

# Changes the user after the imports, which that user may not be able to read.
CONNECT = """
import os, pwd, sys
import psycopg
user = pwd.getpwnam(sys.argv[1])
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
psycopg.connect(sys.argv[2])
"""


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # as a project in /opt
        run = supervised.start(supervised.make_project(folder / "project"), folder / "data").wait_until_up()
        try:
            yield run
        finally:
            run.end()


def test_the_page_of_caught_mail_needs_the_address_that_was_printed(run: Run) -> None:
    """Whoever can read the mail can log in as any host: reset links are in it."""
    printed = next(line.split()[-1] for line in run.printed.splitlines() if "Caught mail" in line)
    assert requests.get(printed, timeout=60).status_code == 200
    site = f"http://{urlsplit(printed).netloc}"
    paths = ("/", "/1", "/1/raw", "/static/mail.css")
    assert [requests.get(site + path, timeout=60).status_code for path in paths] == [404] * 4


def test_others_can_read_no_file_with_contents(run: Run) -> None:
    """Files inside a folder that is closed to others are closed, too."""
    assert [str(path) for path in _readable(run.data_dir)] == []


def _readable(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and mode & stat.S_IXOTH:
            yield from _readable(path)
        elif stat.S_ISREG(mode) and mode & stat.S_IROTH and path.stat().st_size:
            yield path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs commands as somebody else")
def test_nobody_is_no_superuser_of_the_database(run: Run) -> None:
    """Many programs run as the user `nobody`; Postgres trusts the user that it runs as."""
    url = f"postgresql://postgres@/postgres?host={run.data_dir / 'postgres' / 'data'}"
    assert _connected("root", url) == ""
    assert "Permission denied" in _connected("nobody", url)


def _connected(user: str, url: str) -> str:
    """Why the user cannot connect; empty if they can."""
    command = [sys.executable, "-c", CONNECT, user, url]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stderr
