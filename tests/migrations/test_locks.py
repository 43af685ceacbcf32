"""A migration that meets an open transaction: others hardly wait, and it finishes in the end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.migrations.conftest import Fresh

OPEN_SECONDS = 8.0
LONGEST_READ = OPEN_SECONDS / 2  # of whoever comes behind the migration; without its time-out it is nearly all of it


@contextmanager
def open_transaction(url: str, table: str) -> Iterator[threading.Event]:
    """As pg_dump has one, which only reads. The event is set when it has ended."""
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with psycopg.connect(url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
            begun.set()
            time.sleep(OPEN_SECONDS)
            over.set()

    thread = threading.Thread(target=hold)
    thread.start()
    assert begun.wait(30)
    yield over
    thread.join()


@contextmanager
def readers(url: str, table: str) -> Iterator[list[float]]:
    """Read again and again; the seconds that each time took."""
    waits: list[float] = []
    done = threading.Event()

    def read() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not done.is_set():
                began_at = time.monotonic()
                connection.execute(f"SELECT count(*) FROM {table}")
                waits.append(time.monotonic() - began_at)
                time.sleep(0.01)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield waits
    done.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("table", "before"), [("delivery", "0006"), ("webhook_endpoint", "0007"), ("host", "0005")])
def test_readers_do_not_wait_for_whom_a_migration_waits(
    table: str, before: str, fresh: Fresh, capfd: pytest.CaptureFixture[str]
) -> None:
    fresh.up(before)
    url = fresh.superuser_url
    with open_transaction(url, table) as over, readers(url, table) as waits:
        fresh.up()
        assert over.is_set()
    assert max(waits) < LONGEST_READ
    assert "a table is in use" in capfd.readouterr().err


def test_code_that_was_taken_back_finds_nothing_to_do(fresh: Fresh, capfd: pytest.CaptureFixture[str]) -> None:
    fresh.up()
    with fresh.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = fresh.schema()
    fresh.up()
    assert "newer release (9999)" in capfd.readouterr().err
    assert fresh.schema() == before
    with pytest.raises(SystemExit):
        fresh.down("0001")
