"""Settings in a database, a role, a pooler or a shell do not affect the application's sessions."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import QueryCanceled

from tests.builders import Build
from tests.database.lease import Server
from tests.libpq import WRONG
from tests.proxies import ForgetfulPooler, standing_before
from webapp import create_app
from webapp.core.config import PROJECT_DIR, forget_postgres_variables
from webapp.core.extensions import db, site
from webapp.core.patience import waiting_only_if
from webapp.embedded.postgres import superuser_connection

SET_OUTSIDE = {
    "DateStyle": "German, DMY",
    "IntervalStyle": "iso_8601",
    "client_encoding": "LATIN1",
    "TimeZone": "Asia/Kolkata",
    "search_path": "pg_temp",
    "standard_conforming_strings": "off",
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "serializable",
    "lock_timeout": "0",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
NAME = "Zoë Őri"  # not in LATIN1


@pytest.fixture
def another_app(app: Flask) -> Iterator[Callable[..., FlaskClient]]:
    """The application once more, with connections of its own."""
    made = []

    def another(**changes: str) -> FlaskClient:
        other = create_app(dataclasses.replace(app.extensions["settings"], **changes))
        site.init_app(app.extensions["settings"])
        other.testing = True
        made.append(other)
        return other.test_client()

    yield another
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.fixture
def set_outside(postgres: Server, database_name: str) -> Iterator[Callable[[str, str], None]]:
    """As a database administrator would, for the role in its database: what comes first of all that may be set."""
    where = f"ALTER ROLE openslot IN DATABASE {database_name}"
    with superuser_connection(postgres) as superuser:
        yield lambda name, value: superuser.execute(f"{where} SET {name} = {value!r}") and None
        superuser.execute(f"{where} RESET ALL")


@pytest.mark.parametrize("name", SET_OUTSIDE)
def test_what_is_set_in_a_database_changes_nothing(
    name: str, build: Build, set_outside: Callable[[str, str], None], another_app: Callable[..., FlaskClient]
) -> None:
    set_outside(name, SET_OUTSIDE[name])
    slot = build.slot(build.host(slug="mara", name=NAME))
    client = another_app()
    assert client.get("/readyz").status_code == 200
    assert NAME in client.get("/mara").text
    other = Build(client.application, build.owner)
    assert other.booking(slot, name=NAME).start == slot.start
    with client.application.app_context():
        driver = db.session.connection().connection.driver_connection
        assert driver.lost_settings() == []
        assert driver.execute("SELECT current_user").fetchone() == ("openslot_app",)
    assert [row.name for row in build.rows("SELECT guest_name AS name FROM booking")] == [NAME]


def test_variables_for_libpq_in_the_environment_change_nothing(environment: dict[str, str], app: Flask) -> None:
    """All that libpq knows, each with a value that stands in the way; but those that prove who one is."""
    wrong = {name: value for name, value in WRONG.items() if not name.startswith(("PGSSL", "PGREQ", "PGCHAN", "PGGSS"))}
    program = (
        "from wsgi import app\n"
        "from webapp.effects.relay import Relay\nimport threading\n"
        "print(app.test_client().get('/readyz').text)\n"
        "Relay(app, threading.Event())._listening().close()\n"
    )
    environ = {"PATH": os.environ["PATH"], **environment, **wrong}
    line = [sys.executable, "-c", program]
    done = subprocess.run(line, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "ok"), done.stderr[-2000:]


@pytest.mark.parametrize(("url", "kept"), [("postgresql://db/openslot", True), ("", False)])
def test_who_one_is_may_be_said_outside_for_a_database_of_ones_own(
    url: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for name in ("PGPASSFILE", "PGSSLROOTCERT", "PGPORT", "PGOPTIONS"):
        monkeypatch.setenv(name, "x")
    forget_postgres_variables()
    assert {name for name in os.environ if name.startswith("PG")} == (
        {"PGPASSFILE", "PGSSLROOTCERT"} if kept else set()
    )


def test_a_pooler_that_drops_what_a_connection_asks_for_takes_nothing_away(
    build: Build, environment: dict[str, str], another_app: Callable[..., FlaskClient]
) -> None:
    build.host(slug="mara")
    with standing_before(environment["DATABASE_URL"], ForgetfulPooler) as (_, url):
        client = another_app(database_url=url)
        assert client.get("/mara").status_code == 200
        assert client.get("/readyz").status_code == 200
        with client.application.app_context():
            row = db.session.connection().exec_driver_sql("SELECT current_user, current_setting('lock_timeout')").one()
        assert tuple(row) == ("openslot_app", "3s")


def test_a_session_that_loses_its_settings_is_not_ready_and_not_used_again(
    build: Build, another_app: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = another_app()
    assert client.get("/readyz").status_code == 200
    with client.application.app_context():
        db.session.connection().exec_driver_sql("RESET ALL")
        db.session.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, "lock_timeout is 0" in answer.text) == (503, True)
    assert "pool sessions, not transactions" in answer.text
    monkeypatch.setattr("webapp.core.connections.FRESH_SECONDS", 0.0)
    with client.application.app_context():
        db.session.connection().exec_driver_sql("RESET ROLE")
        db.session.commit()
        assert db.session.connection().exec_driver_sql("SELECT current_user").scalar() == "openslot_app"
    assert client.get("/readyz").status_code == 200


@pytest.mark.usefixtures("context")
def test_a_statement_that_nobody_waits_for_any_longer_is_cancelled_and_its_connection_stays() -> None:
    driver = db.session.connection().connection.driver_connection
    with pytest.raises(QueryCanceled), waiting_only_if(lambda: False):
        driver.execute("SELECT pg_sleep(60)")
    driver.rollback()
    assert driver.execute("SELECT 1").fetchone() == (1,)
