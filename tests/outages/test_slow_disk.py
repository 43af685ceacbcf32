"""Commits hang, as with a disk that takes no more writes: what only reads is answered as before."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests

from tests.concurrency.racers import Racer, Server
from tests.outages.conftest import Database, Serve
from tests.security.visits import send, visits
from webapp.embedded.postgres import superuser_connection

GUESTS = 12


@pytest.fixture
def without_commits(database: Database) -> Iterator[Callable[[], None]]:
    """A function that makes every COMMIT wait, from then on: for a standby that does not exist."""

    def set_standby(name: str) -> None:
        with superuser_connection(database.service) as superuser:
            superuser.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
            superuser.execute("SELECT pg_reload_conf()")

    with superuser_connection(database.service) as superuser:  # tests go without
        superuser.execute("ALTER ROLE openslot SET synchronous_commit = 'on'")
    yield lambda: set_standby("nobody")
    set_standby("")
    with superuser_connection(database.service) as superuser:
        superuser.execute("ALTER ROLE openslot RESET synchronous_commit")


def test_reading_does_not_wait_for_commits(
    database: Database, serve: Serve, without_commits: Callable[[], None]
) -> None:
    with serve(database.service.url) as live, ThreadPoolExecutor(GUESTS + 1) as people:
        page = f"{live.url}/demo/30min"
        starts = re.findall(r"start=([^&\"]+)", requests.get(page, timeout=120).text)
        racer = Racer(Server(live.url))
        shots = [racer.booking("/demo/30min", datetime.fromisoformat(start)) for start in starts[:GUESTS]]
        quiet = visits(page, 1.0)
        without_commits()
        answers = [people.submit(send, shot) for shot in shots]
        assert visits(page, 3.0) > quiet
        seconds = [answer.result().seconds for answer in answers]
        assert max(seconds) > 2, "no COMMIT waited"
        assert all(answer.result().is_in_time for answer in answers), seconds
        assert {answer.result().status for answer in answers} <= {303, 409, 503}
