"""`make run RELOAD=1` while the code changes."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.supervised import PATIENCE, Run, make_project, start, wait_until_gone

PAGE = """

@app.get("/version")
def version() -> str:
    return "{}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Iterator[Run]:
    """The first version, with the page /version."""
    save(project, PAGE.format("one"))
    run = start(project, tmp_path / "data", RELOAD="1", WEB_WORKERS="1").wait_until_up()
    run.wait_for_worker()
    wait_for_page(run, "one")
    yield run
    assert run.end() == 0
    wait_until_gone(run.data_dir)


def save(project: Path, end: str) -> None:
    """The web application with another end."""
    path = project / "wsgi.py"
    path.write_text(path.read_text().split('\n\n@app.get("/version")')[0].split("\n\n# more")[0] + end)


def version(run: Run) -> str:
    """What the page shows; empty while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/version", timeout=60) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError):
        return ""


def wait_for_page(run: Run, shown: str) -> None:
    until = time.monotonic() + PATIENCE
    while version(run) != shown:
        assert time.monotonic() < until, run.printed
        time.sleep(0.05)


def wait_for_words(run: Run, words: str) -> None:
    until = time.monotonic() + PATIENCE
    while not re.search(words, run.printed):
        assert time.monotonic() < until, run.printed
        time.sleep(0.05)


def test_a_change_of_python_starts_web_and_worker_again(run: Run, project: Path) -> None:
    save(project, PAGE.format("two"))
    wait_for_page(run, "two")
    wait_for_words(run, r"wsgi\.py: web and worker started again")
    log = run.data_dir / "log" / "worker.log"
    until = time.monotonic() + PATIENCE
    while log.read_text().count("worker is up") < 2:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_python_cannot_read_is_said_and_changes_nothing(run: Run, project: Path) -> None:
    save(project, PAGE.format("two").replace("def version()", "def version("))
    wait_for_words(run, r"wsgi\.py:\d+: .+ What runs is the version before")
    assert version(run) == "one"
    save(project, PAGE.format("three"))
    wait_for_page(run, "three")


def test_code_that_fails_at_its_start_is_shown_and_the_next_change_starts_it(run: Run, project: Path) -> None:
    save(project, "\n\n# more\nthere_is_no_such_name\n")
    wait_for_words(run, r"(?s)web ended by itself.+there_is_no_such_name.+The next change starts it again")
    save(project, PAGE.format("two"))
    wait_for_page(run, "two")


def test_a_mail_that_was_changed_starts_the_worker_alone(run: Run, project: Path) -> None:
    (project / "templates" / "emails").mkdir(parents=True)
    (project / "templates" / "emails" / "letter.txt").write_text("Hello")
    wait_for_words(run, r"letter\.txt(?: and 1 more)?: worker started again")
