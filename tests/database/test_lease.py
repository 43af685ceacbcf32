"""One Postgres for many runs: shared, left for the next run, replaced if unusable, and stopped after a while."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.database import lease, server
from tests.database.databases import databases, own_database
from tests.database.lease import Server, is_held, leased
from webapp.embedded.postgres import superuser_connection


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """For a server of the test's own, which ends with the test."""
    yield tmp_path / "server"
    if (pid := tmp_path / "server" / server.PID).exists() and is_held(pid.with_name(server.LOCK)):
        os.kill(int(pid.read_text()), signal.SIGTERM)


def pid_of(found: Server) -> int:
    return int((found.folder / server.PID).read_text())


def postmaster_of(found: Server) -> int:
    return int(next(found.folder.glob("data-*/postgres/data/postmaster.pid")).read_text().split()[0])


def answers(found: Server) -> bool:
    try:
        psycopg.connect(found.url_for("postgres", "postgres"), connect_timeout=60).close()
    except psycopg.OperationalError:
        return False
    return True


def eventually(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + 120
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


def test_a_server_is_shared_and_left_and_ends_when_no_run_has_come_for_a_while(folder: Path) -> None:
    with leased(folder, quiet=0) as first, leased(folder, quiet=0) as second:
        assert first == second
        assert answers(first)
    assert eventually(lambda: not is_held(folder / server.LOCK))
    assert not answers(first)
    assert list(folder.glob("data-*")) == []
    with leased(folder) as third:
        pid = pid_of(third)
    with leased(folder) as fourth:
        assert (fourth, pid_of(fourth)) == (third, pid)


@pytest.mark.parametrize("whose", ["server", "Postgres"])
def test_what_was_killed_is_replaced_and_its_data_removed(folder: Path, whose: str) -> None:
    with leased(folder) as found:
        os.kill(pid_of(found) if whose == "server" else postmaster_of(found), signal.SIGKILL)
    assert eventually(lambda: not is_held(folder / server.LOCK))
    with leased(folder) as other:
        assert answers(other)
        assert other.socket_dir != found.socket_dir
        assert len(list(folder.glob("data-*"))) == 1


def test_what_does_not_answer_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with leased(folder) as found:
        os.kill(postmaster_of(found), signal.SIGSTOP)
        monkeypatch.setattr(lease, "PATIENCE", 2)
        with leased(folder) as other:
            monkeypatch.undo()
            assert answers(other)
            assert other.socket_dir != found.socket_dir


def test_it_ends_when_its_folder_is_deleted(folder: Path) -> None:
    with leased(folder) as found:
        pid = pid_of(found)
        shutil.rmtree(folder, ignore_errors=True)
        assert eventually(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0]


def test_a_database_that_was_left_is_dropped_and_one_in_use_is_not(postgres: Server, database_name: str) -> None:
    with superuser_connection(postgres) as connection:
        connection.execute("CREATE DATABASE tests_left")
        with own_database(postgres) as another:
            assert "tests_left" not in databases(connection)
            assert {database_name, another} <= set(databases(connection))
        assert another not in databases(connection)
