"""Two connections as the application's role, and a few rows to attack."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests.models.attacker import Attacker, populate
from webapp.core import postgres


@pytest.fixture
def connect(app: Flask, environment: dict[str, str], clean: None) -> Iterator[Callable[[], Attacker]]:
    """Opens connections as the application does: its user, its role, its limits."""
    with ExitStack() as open_connections:

        def opened() -> Attacker:
            connection = postgres.connect(environment["DATABASE_URL"])
            open_connections.callback(connection.close)
            return Attacker(connection)

        yield opened


@pytest.fixture
def attacker(connect: Callable[[], Attacker]) -> Attacker:
    return connect()


@pytest.fixture
def rival(connect: Callable[[], Attacker]) -> Attacker:
    """A second connection."""
    return connect()


@pytest.fixture
def ids(attacker: Attacker) -> dict[str, int]:
    return populate(attacker)


@pytest.fixture
def wait_until_blocked(owner: Engine) -> Callable[[Attacker], None]:
    """Returns once the connection waits for a lock of another one."""

    def wait(waiting: Attacker) -> None:
        query = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")
        for _ in range(500):
            with owner.connect() as connection:
                if connection.execute(query, {"pid": waiting.pid}).scalar_one():
                    return
                connection.execute(text("SELECT pg_sleep(0.005)"))
        raise AssertionError("nothing blocks this connection")

    return wait
