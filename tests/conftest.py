"""The real stack for tests: a Postgres shared between runs, and a migrated database and a Valkey for each process.

Commits are real, because deferred constraints are tested, too. `clean` empties the tables after each test.
"""

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.builders import Build, calendar
from tests.database.lease import QUIET_SECONDS, Server, leased, own_folder
from tests.web.pages import PASSWORD
from webapp import create_app
from webapp.core import rate_limits
from webapp.core.config import Settings, forget_postgres_variables
from webapp.core.extensions import db
from webapp.embedded.valkey import ValkeyService, start_valkey
from webapp.models import Base
from webapp.web.accounts import options
from webapp.web.operations import health

# Everything but what migrations put there.
TABLES = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name != "role"]
# Hosts that are deleted leave their slugs behind.
EMPTY_TABLES = "; ".join(f"DELETE FROM {name}" for name in (*TABLES, "former_host_slug"))  # 2 ms; TRUNCATE takes 77

# Each test of a host logs in, which is slow on purpose.
options.OPTIONS["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] |= {"argon2__memory_cost": 8, "argon2__time_cost": 1}
health.ANSWER_SECONDS = 60.0  # of /readyz within the tests' own process, which a busy machine may halt for long
logging.getLogger("mail.log").setLevel(logging.WARNING)  # each command of an SMTP dialogue with our sinks
forget_postgres_variables()  # here, and in all processes that are started from here


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import FolderScheduling

    return FolderScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    calendar.look()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--end-postgres", action="store_true", help="leave no Postgres to later runs, unless another run uses it"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Of several processes the first: it makes what the others copy, and keeps the server until all of them ended."""
    config = session.config
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":
        return
    from tests.database.databases import migrated

    try:
        migrated(config.stash.setdefault(STACK, _stack(config)).enter_context(lease(config)))
    except pytest.exit.Exception as error:
        raise pytest.UsageError(error.msg) from None  # printed as one line


def pytest_collection_finish() -> None:
    """What was imported stays for good: to look for garbage in it only costs, as in wsgi.py."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Its plugin would load Hypothesis now, which takes a second, to say that no test has used it."""
    plugin = session.config.pluginmanager.get_plugin("hypothesispytest")
    if plugin and "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(plugin)


STACK = pytest.StashKey[ExitStack]()


def _stack(config: pytest.Config) -> ExitStack:
    stack = ExitStack()
    config.add_cleanup(stack.close)
    return stack


def lease(config: pytest.Config) -> AbstractContextManager[Server]:
    return leased(own_folder(), quiet=0.0 if config.getoption("--end-postgres") else QUIET_SECONDS)


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Server]:
    with lease(pytestconfig) as server:
        yield server


@pytest.fixture(scope="session")
def database_name(postgres: Server) -> Iterator[str]:
    """Of the migrated database of this process."""
    from tests.database.databases import own_database

    with own_database(postgres) as name:
        yield name


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyService]:
    service = start_valkey(tmp_path_factory.mktemp("valkey"))
    yield service
    service.stop()


@pytest.fixture(scope="session")
def environment(
    postgres: Server, database_name: str, valkey: ValkeyService, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What a process of the application gets as its environment."""
    return {
        "PUBLIC_URL": "http://localhost",
        "SECRET_KEY": "a secret of the tests, long enough to be one",
        "DATABASE_URL": postgres.url_for(database_name, "openslot"),
        "DATABASE_OWNER_URL": postgres.url_for(database_name, "openslot_owner"),
        "REDIS_URL": valkey.url,
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": "1",
        "RATE_LIMITS": "off",
        "DATA": str(tmp_path_factory.mktemp("data")),
    }


@pytest.fixture(scope="session")
def app(environment: dict[str, str]) -> Iterator[Flask]:
    app = create_app(Settings.load(environment))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def password_hash(app: Flask) -> str:
    """Of PASSWORD."""
    with app.app_context():
        hashed: str = hash_password(PASSWORD)
        return hashed


@pytest.fixture(scope="session")
def owner(app: Flask) -> Iterator[Engine]:
    """The database as its owner: for looking and for cleaning, never for what is tested."""
    engine = create_engine(app.extensions["settings"].database_owner_url)
    yield engine
    engine.dispose()


@pytest.fixture
def clean(owner: Engine) -> Iterator[None]:
    """Empty tables after the test, whatever it committed."""
    yield
    empty_tables(owner)


def empty_tables(owner: Engine) -> None:
    for attempt in range(5, -1, -1):
        try:
            with owner.begin() as connection:
                connection.execute(text(EMPTY_TABLES))
                return
        except (OperationalError, IntegrityError):  # a worker that still runs is in the way, or adds rows
            if not attempt:
                raise


@pytest.fixture
def context(app: Flask, clean: None) -> Iterator[None]:
    """An application context for calling services directly."""
    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def patient_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey gets all the time that it needs on a busy machine. After a quarter of a second counts would begin anew."""
    monkeypatch.setattr(rate_limits, "TIMEOUT_SECONDS", 30.0)


@pytest.fixture
def limits_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process does is counted, as with RATE_LIMITS=on."""
    monkeypatch.setattr(app.extensions["rate_limits"], "is_on", True)


@pytest.fixture
def build(app: Flask, clean: None, owner: Engine) -> Build:
    """Builders of hosts, slots and bookings with defaults: a test names only what matters to it."""
    return Build(app, owner)


@pytest.fixture
def client(app: Flask, clean: None) -> FlaskClient:
    return app.test_client()
