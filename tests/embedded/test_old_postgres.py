"""Migrations and `make run` report a Postgres that is too old, in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded import supervised
from tests.embedded.old_postgres import old_postgres
from webapp import create_app
from webapp.core.config import PROJECT_DIR, Settings
from webapp.services.operations.readiness import NotReadyError, check

SENTENCE = "Postgres 16 or newer is needed, this is 15.8."
SETTINGS = {
    "PUBLIC_URL": "http://localhost",
    "SECRET_KEY": "0123456789abcdef" * 3,
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def test_migrations_say_it(tmp_path: Path) -> None:
    with old_postgres() as url:
        environ = {"PATH": os.environ["PATH"], **SETTINGS, "DATABASE_URL": url, "MAIL_SERVER": "127.0.0.1"}
        line = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        done = subprocess.run(
            line, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False, timeout=120
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == SENTENCE
    assert "Traceback" not in done.stderr


def test_make_run_says_it(tmp_path: Path) -> None:
    project = supervised.make_project(tmp_path / "project")
    with old_postgres() as url:
        run = supervised.start(project, tmp_path / "data", DATABASE_URL=url)
        assert run.process.wait(supervised.PATIENCE) == 1
    assert run.printed.strip() == SENTENCE


def test_web_server_and_worker_say_it(tmp_path: Path) -> None:
    with old_postgres() as url:
        settings = Settings.load(SETTINGS | {"DATABASE_URL": url, "MAIL_SERVER": "127.0.0.1"})
        with create_app(settings).app_context(), pytest.raises(NotReadyError) as caught:
            check(settings.database_url)
    assert str(caught.value) == f"database: {SENTENCE}"
