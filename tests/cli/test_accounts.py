"""Commands about accounts."""

import os
import subprocess
import sys
from collections.abc import Sequence

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor
from webapp import cli
from webapp.core.config import PROJECT_DIR

ARGUMENTS = ["ada@example.org", "--name", "Ada Lovelace", "--slug", "ada", "--time-zone", "Europe/London"]

pytestmark = pytest.mark.usefixtures("clean")


def run(app: Flask, command: str, arguments: Sequence[str], typed: str = PASSWORD) -> Result:
    return app.test_cli_runner().invoke(args=[command, *arguments], input=f"{typed}\n")


def test_a_host_is_made_and_can_log_in(app: Flask, build: Build) -> None:
    result = run(app, "create-host", ARGUMENTS)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    visitor = Visitor(app.test_client())
    visitor.log_in("ada@example.org")
    assert visitor.is_logged_in
    assert build.rows("SELECT name FROM role JOIN host_role ON role_id = role.id") == [("host",)]


def test_an_admin_is_made(app: Flask, build: Build) -> None:
    assert run(app, "create-host", [*ARGUMENTS, "--admin"]).exit_code == 0
    assert len(build.rows("SELECT * FROM host_role")) == 2


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [(0, "ada", "EMAIL: Must be an e-mail address"), (2, " ", "--name: Must not be empty"),
     (4, "Ada", "--slug: Must be 2"),
     (4, "login", "--slug: This slug is an address"), (6, "Europe/Londn", "--time-zone: Must be an IANA")],
)  # fmt: skip
def test_faults_are_told_in_one_line(app: Flask, build: Build, index: int, value: str, message: str) -> None:
    result = run(app, "create-host", [*ARGUMENTS[:index], value, *ARGUMENTS[index + 1 :]])
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert build.row("SELECT count(*) FROM host")[0] == 0


def test_a_weak_password_and_a_second_account_are_refused(app: Flask, build: Build) -> None:
    assert "the password: Use 10" in run(app, "create-host", ARGUMENTS, typed="short").output
    assert run(app, "create-host", ARGUMENTS).exit_code == 0
    again = [*ARGUMENTS[:4], "ada-2", *ARGUMENTS[5:]]
    assert "already" in run(app, "create-host", again).output
    assert "taken" in run(app, "create-host", ["b@example.org", *ARGUMENTS[1:]]).output
    assert build.row("SELECT count(*) FROM host")[0] == 1


def test_an_invitation_is_printed(app: Flask) -> None:
    assert run(app, "invite", ["grace@example.org"]).output.startswith("http://localhost/register?invitation=")
    assert run(app, "invite", ["grace"]).exit_code == 1


def test_a_command_says_nothing_but_its_answer() -> None:
    nowhere = {
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SECRET_KEY": "a secret of a test, long enough to be one",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MAIL_SERVER": "127.0.0.1",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "slots", "--help"]
    done = subprocess.run(
        command, cwd=PROJECT_DIR, env=os.environ | nowhere, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage:")
    assert done.stderr == ""


@pytest.mark.parametrize(("command", "given", "migrates"), [("flask", ScriptInfo(), True), ("granian", None, False)])
def test_only_a_command_of_flask_knows_migrations(command: str, given: ScriptInfo | None, migrates: bool) -> None:
    app = Flask("webapp")
    with click.Context(click.Command(command), obj=given):
        cli.init_app(app)
    assert ("migrate" in app.extensions) is migrates
