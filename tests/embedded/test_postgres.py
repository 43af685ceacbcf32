"""The embedded Postgres: its data, its roles' rights, and recovery after a crash."""

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from webapp.embedded.postgres import (
    SOCKET_LOCK,
    PostgresService,
    create_database,
    drop_database,
    start_postgres,
    superuser_connection,
)
from webapp.embedded.processes import StartError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "a path with spaces"


@pytest.fixture(scope="module")
def used_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("with space")


@pytest.fixture(scope="module")
def service(used_dir: Path) -> Iterator[PostgresService]:
    service = start_postgres(used_dir, durable=False)
    yield service
    service.stop()


def test_a_first_start_that_was_interrupted_does_not_stand_in_the_way(data_dir: Path) -> None:
    half_made = data_dir / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    service = start_postgres(data_dir, durable=False)
    with psycopg.connect(service.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    service.stop()
    assert not half_made.exists()


def test_data_is_there_after_a_restart(data_dir: Path) -> None:
    first = start_postgres(data_dir, durable=False)
    with psycopg.connect(first.owner_url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    first.stop()
    second = start_postgres(data_dir, durable=False)
    try:
        with psycopg.connect(second.owner_url) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (7,)
    finally:
        second.stop()


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_copy_of_the_directory_starts(data_dir: Path, tmp_path: Path, mode: int) -> None:
    """Made by `cp -r`: where root does that, all of it belongs to root."""
    start_postgres(data_dir, durable=False).stop()
    subprocess.run(["cp", "-r", data_dir, tmp_path / "copy"], check=True)
    (tmp_path / "copy" / "postgres" / "data").chmod(mode)
    service = start_postgres(tmp_path / "copy", durable=False)
    try:
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE((tmp_path / "copy" / "postgres" / "data").stat().st_mode) == 0o700
    finally:
        service.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_data_of_an_account_that_is_unknown_here_starts(data_dir: Path) -> None:
    start_postgres(data_dir, durable=False).stop()
    subprocess.run(["chown", "-R", "54321:54321", data_dir / "postgres" / "data"], check=True)
    service = start_postgres(data_dir, durable=False)
    try:
        assert psutil.Process(service.child.pid).uids().real == 54321
    finally:
        service.stop()


def test_it_is_postgres_18_and_durable_unless_told_otherwise(data_dir: Path) -> None:
    service = start_postgres(data_dir)
    try:
        with psycopg.connect(service.url) as connection:
            assert connection.info.server_version // 10_000 == 18
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    finally:
        service.stop()


def test_the_application_owns_nothing_and_the_owner_is_no_superuser(service: PostgresService) -> None:
    with psycopg.connect(service.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (value int)")
    with psycopg.connect(service.url) as connection:
        groups = connection.execute("SELECT pg_has_role('openslot', 'openslot_app', 'USAGE')").fetchone()
        assert groups == (True,)
    with psycopg.connect(service.owner_url) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        connection.execute("CREATE ROLE further NOLOGIN")  # as a migration does
        connection.execute("GRANT openslot_app TO further")


def test_only_its_owner_reaches_it(service: PostgresService) -> None:
    assert stat.S_IMODE(service.socket_dir.stat().st_mode) == 0o700
    with superuser_connection(service) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_databases_are_copied_from_a_template_and_dropped(service: PostgresService) -> None:
    with psycopg.connect(service.owner_url) as connection:
        connection.execute("CREATE TABLE shape (value int)")
        connection.execute("GRANT SELECT ON shape TO openslot_app")
    connection = psycopg.connect(create_database(service, "copy", template="openslot"))
    assert connection.execute("SELECT count(*) FROM shape").fetchone() == (0,)
    drop_database(service, "copy")  # although somebody is in it
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(service.url_for("copy", "openslot"))


def test_two_at_once_and_never_two_on_one_directory(service: PostgresService, used_dir: Path, tmp_path: Path) -> None:
    other = start_postgres(tmp_path / "other", durable=False)
    try:
        assert other.url != service.url
        with pytest.raises(StartError, match="already running"):
            start_postgres(used_dir, durable=False)
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        other.stop()


def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    service = start_postgres(tmp_path / ("long" * 30), durable=False)
    try:
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE(service.socket_dir.stat().st_mode) == 0o700
    finally:
        service.stop()
    assert not service.socket_dir.exists()


@pytest.mark.parametrize("name", ['a "quoted" one', "its, one", "it's 50% #1? $HOME & ünïcode \\"])
def test_a_path_may_have_any_characters(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # short, so that the socket could be in it
        for _ in range(2):
            service = start_postgres(Path(folder) / name, durable=False)
            with psycopg.connect(service.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            service.stop()


def test_a_crash_blocks_no_start_not_even_when_its_number_is_reused(data_dir: Path) -> None:
    crashed = start_postgres(data_dir, durable=False)
    os.kill(crashed.child.pid, signal.SIGKILL)
    crashed.child.kill()
    crashed.lock.release()
    pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    again = start_postgres(data_dir, durable=False)
    again.stop()
    assert psutil.pid_exists(os.getpid())


def test_the_lock_of_a_socket_that_a_crash_left_blocks_no_start_when_its_number_is_reused(data_dir: Path) -> None:
    crashed = start_postgres(data_dir, durable=False)
    account = psutil.Process(crashed.child.pid).uids().real
    os.kill(crashed.child.pid, signal.SIGKILL)
    crashed.child.kill()
    crashed.lock.release()
    with subprocess.Popen(["sleep", "60"], user=account if os.geteuid() == 0 else None) as somebody:
        try:
            lock = crashed.socket_dir / SOCKET_LOCK
            lock.write_text(lock.read_text().replace(str(crashed.child.pid), str(somebody.pid), 1))
            service = start_postgres(data_dir, durable=False)
            assert service.child.is_running
            service.stop()
        finally:
            somebody.kill()


def test_a_server_left_running_is_ended_first(data_dir: Path) -> None:
    left = start_postgres(data_dir, durable=False)
    left.lock.release()  # its supervisor is gone, it is not
    service = start_postgres(data_dir, durable=False)
    try:
        assert not left.child.is_running
        with psycopg.connect(service.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        service.stop()


def test_a_start_that_fails_says_why_and_leaves_nothing(data_dir: Path) -> None:
    start_postgres(data_dir, durable=False).stop()
    (data_dir / "postgres" / "data" / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(StartError, match="max_connections"):
        start_postgres(data_dir, durable=False)
    (data_dir / "postgres" / "data" / "postgresql.conf").write_text("")
    start_postgres(data_dir, durable=False).stop()
