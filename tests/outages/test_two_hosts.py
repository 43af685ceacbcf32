"""A DATABASE_URL with two servers: failover from the first to the second requires no restart."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests

from tests.live import Live
from tests.outages.conftest import Database, Serve, flask
from webapp.embedded.accounts import account_of
from webapp.embedded.locks import FileLock
from webapp.embedded.postgres import PostgresService, _launch, binary, superuser_connection

TODAY = datetime.now(UTC).date()
WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def standby(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresService]:
    """A copy of the primary that follows it."""
    home = tmp_path_factory.mktemp("standby") / "postgres"
    home.mkdir()
    account = account_of(database.home / "postgres" / "data", binary())
    for folder in (home, home.parent):
        folder.chmod(0o777)
    source = ("--host", str(database.service.socket_dir), "--username", "postgres", "--checkpoint", "fast")
    copy = (binary("pg_basebackup"), *source, "--write-recovery-conf", "--pgdata", home / "data")
    subprocess.run([*account.prefix, *copy], check=True, cwd=home)
    service = _launch(home, account, FileLock(home / "lock"), durable=False, log=home / "postgres.log")
    yield service
    service.stop()


def url_of_both(first: PostgresService, second: PostgresService, role: str = "openslot") -> str:
    """In libpq's spelling; a server may be a socket's directory."""
    hosts = ",".join(f"{quote(str(one.socket_dir), safe='')}:5432" for one in (first, second))
    return f"postgresql://{role}@{hosts}/openslot?target_session_attrs=read-write"


def status_of(live: Live) -> int:
    return requests.get(f"{live.url}/demo", timeout=60).status_code


def test_the_standby_takes_over_and_the_application_follows(
    database: Database, standby: PostgresService, serve: Serve, settings: dict[str, str]
) -> None:
    with ExitStack() as stack:
        live = stack.enter_context(serve(url_of_both(database.service, standby)))
        assert status_of(live) == 200
        stack.callback(database.start)
        database.crash()
        assert status_of(live) == 503
        with superuser_connection(standby) as superuser:
            assert superuser.execute("SELECT pg_promote()").fetchone() == (True,)
        until = time.monotonic() + 60
        while status_of(live) != 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        booked(live)
        assert live.mails_to("gita@example.net")  # the relay listens to the new server, too
        urls = {
            "DATABASE_URL": url_of_both(database.service, standby),
            "DATABASE_OWNER_URL": url_of_both(database.service, standby, "openslot_owner"),
        }
        flask(settings | urls, "db", "downgrade", "0008")
        flask(settings | urls, "db", "upgrade")


def booked(live: Live) -> None:
    page = f"{live.url}/api/v1/hosts/demo/event-types/30min/slots"
    week = {"from": TODAY, "to": WEEK, "time_zone": "Europe/Paris"}
    slots = answered(lambda: requests.get(page, params=week, timeout=60))
    guest = {"name": "Gita", "email": "gita@example.net", "subject": "Hello", "time_zone": "Europe/Paris"}
    wanted = {"host": "demo", "event_type": "30min", "start": slots.json()["data"][-1]["start"], **guest}
    answer = answered(lambda: requests.post(f"{live.url}/api/v1/bookings", json=wanted, timeout=60))
    assert answer.status_code == 201, answer.text


def answered(ask: Callable[[], requests.Response]) -> requests.Response:
    """Again after each 503, as it asks for: one of the two web processes may be there before the other."""
    until = time.monotonic() + 60
    while (answer := ask()).status_code == 503 and time.monotonic() < until:
        time.sleep(float(answer.headers["Retry-After"]))
    return answer
