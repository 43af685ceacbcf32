"""`make run` as a user sees it: real processes, a stand-in application, a path with spaces."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.embedded import supervised
from tests.embedded.supervised import PATIENCE, Run, processes_of, wait_until_gone
from webapp.core.config import Settings
from webapp.embedded.ports import free_port
from webapp.embedded.processes import LOG_LIMIT

Start = Callable[..., Run]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return supervised.make_project(tmp_path / "a project")


@pytest.fixture(scope="session")
def used_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first start leaves: a copy of it saves each test the making of a cluster."""
    folder = tmp_path_factory.mktemp("used")
    run = supervised.start(supervised.make_project(folder / "project"), folder / "data").wait_until_up()
    assert run.end() == 0
    return folder / "data"


@pytest.fixture
def data_dir(used_data: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", used_data, tmp_path / "its data"], check=True)
    shutil.rmtree(tmp_path / "its data" / "log")
    return tmp_path / "its data"


@pytest.fixture
def start(project: Path, data_dir: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def start(data_dir: Path = data_dir, **options: object) -> Run:
        runs.append(supervised.start(project, data_dir, **options))  # type: ignore[arg-type]
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        text: str = answer.read().decode()
        return text


def test_first_start_tells_what_there_is(start: Start, tmp_path: Path) -> None:
    data_dir = tmp_path / "new data"
    run = start(data_dir).wait_until_up()
    assert "ada@example.org, password: open sesame" in run.printed
    for address in ("/ada\n", "/login\n", "/admin\n"):
        assert f"http://localhost:{run.port}{address}" in run.printed
    mail_page = next(line.split()[-1] for line in run.printed.splitlines() if "Caught mail" in line)
    assert "No mail yet" in urllib.request.urlopen(mail_page, timeout=60).read().decode()
    for name in ("secret_key", "services.json", "demo-credentials.txt"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600
    assert run.end() == 0


def test_later_starts_keep_data_and_secret_and_make_no_second_demo(start: Start, data_dir: Path) -> None:
    secret = (data_dir / "secret_key").read_text()
    run = start().wait_until_up()
    assert "open sesame" not in run.printed
    assert str(data_dir / "demo-credentials.txt") in run.printed
    assert (data_dir / "secret_key").read_text() == secret


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_logins_of_a_first_start_that_was_interrupted_are_told_by_the_next(
    start: Start, data_dir: Path, left: str
) -> None:
    demo_file = data_dir / "demo-credentials.txt"
    demo_file.unlink()
    if left == "an empty file":
        demo_file.touch()
    run = start().wait_until_up()
    assert "open sesame" in run.printed
    assert "open sesame" in demo_file.read_text()
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600


def test_other_commands_find_the_services_of_the_run(start: Start, data_dir: Path) -> None:
    run = start().wait_until_up()
    settings = Settings.load({"DATA": str(data_dir)})
    assert settings.public_url == f"http://localhost:{run.port}"
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("openslot",)
    assert settings.mail.security == "none"
    run.end()
    assert not (data_dir / "services.json").exists()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_all_in_order_and_leaves_nothing(start: Start, data_dir: Path, by: signal.Signals) -> None:
    run = start().wait_until_up()
    run.wait_for_worker()
    with ThreadPoolExecutor(1) as guest:
        answer = guest.submit(get, run.port, "/slow")
        run.wait_for("the slow page begins", log="web")  # and takes 1.5 s
        assert run.end(by) == 0, run.printed
    assert answer.result() == "finished"  # what was in hand was served
    assert "asked to end: web gone, database up" in (data_dir / "log" / "worker.log").read_text()
    wait_until_gone(data_dir)


def test_one_request_that_arrives_twice_is_one_request(start: Start, data_dir: Path) -> None:
    run = start().wait_until_up()
    run.process.send_signal(signal.SIGTERM)
    assert run.end(signal.SIGTERM) == 0  # as `make` passes on what the terminal sent to both
    wait_until_gone(data_dir)


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(start: Start, data_dir: Path) -> None:
    run = start().wait_until_up()
    run.end(signal.SIGKILL)
    start(port=run.port if not processes_of(data_dir) else 0).wait_until_up().end()
    wait_until_gone(data_dir)


def test_a_child_that_dies_is_named_and_ends_all(start: Start, data_dir: Path) -> None:
    run = start().wait_until_up()
    run.wait_for_worker()
    worker = next(p for p in psutil.Process(run.process.pid).children() if "worker.py" in p.cmdline())
    worker.kill()
    assert run.process.wait(PATIENCE) == 1
    assert "worker ended by itself, killed by SIGKILL" in run.printed
    assert "worker is up" in run.printed  # the end of its log
    wait_until_gone(data_dir)


@pytest.mark.parametrize("has_room", [True, False])
def test_a_log_is_put_aside_while_its_process_runs(start: Start, data_dir: Path, has_room: bool) -> None:
    run = start().wait_until_up()
    log, aside = data_dir / "log" / "web.log", data_dir / "log" / "web.log.1"
    if not has_room:
        aside.mkdir()  # nothing can be copied there
    with log.open("ab") as file:
        file.write(b"x" * LOG_LIMIT + b"\n")
    deadline = time.monotonic() + PATIENCE
    while log.stat().st_size > LOG_LIMIT:
        assert time.monotonic() < deadline, "it grows for ever"
        time.sleep(0.05)
    assert get(run.port, "/slow") == "finished"
    run.wait_for("the slow page begins", log="web")
    assert b"\0" not in log.read_bytes()  # it goes on at the beginning
    assert not has_room or aside.stat().st_size > LOG_LIMIT
    assert run.end() == 0


def test_two_side_by_side(start: Start, data_dir: Path, tmp_path: Path) -> None:
    one, two = start(), start(tmp_path / "other data")
    assert [get(run.wait_until_up().port, "/readyz") for run in (one, two)] == ["ok", "ok"]
    assert one.end() == 0
    assert get(two.port, "/readyz") == "ok"


def refusal(project: Path, **settings: str) -> str:
    """What a start that cannot work prints."""
    done = subprocess.run(
        supervised.RUN,
        cwd=project,
        env=supervised.environment(**({"PORT": str(free_port())} | settings)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_taken_port_and_taken_data_are_one_line_each(
    start: Start, project: Path, data_dir: Path, tmp_path: Path
) -> None:
    run = start().wait_until_up()
    port = refusal(project, PORT=str(run.port), DATA=str(tmp_path / "other"))
    assert port.startswith(f"Port {run.port} is taken")
    data = refusal(project, DATA=str(data_dir))
    assert f"already runs on {data_dir}, at http://localhost:{run.port}" in data
    assert [text.count("\n") for text in (port, data)] == [0, 0]
    wait_until_gone(tmp_path / "other", timeout=0)
    assert get(run.port, "/readyz") == "ok"


def test_another_program_where_browsers_look_for_localhost_first_is_said(project: Path, data_dir: Path) -> None:
    port = free_port()
    with socket.create_server(("::1", port), family=socket.AF_INET6):
        said = refusal(project, PORT=str(port), DATA=str(data_dir))
    assert said == f"Port {port} of localhost is taken by another program, at [::1]. Try: make run PORT={port + 10}"


def test_bad_settings_are_all_named_before_anything_starts(project: Path, data_dir: Path) -> None:
    said = refusal(project, DATA=str(data_dir), PUBLIC_URL="booking", RATE_LIMITS="maybe", SECRET_KEY="short")
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["PUBLIC_URL", "RATE_LIMITS", "SECRET_KEY"]
    assert processes_of(data_dir) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "http"}, "PORT must be a number"),
        ({"PORT": "70000"}, "PORT must be a number"),
        ({"DATA": "wsgi.py"}, "cannot be written"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "The database of DATABASE_URL cannot be used"),
    ],
)
def test_what_cannot_work_is_one_line(project: Path, data_dir: Path, settings: dict[str, str], words: str) -> None:
    said = refusal(project, **({"DATA": str(data_dir)} | settings))
    assert words in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PUBLIC_URL": "http://my_server:8224"}, "PUBLIC_URL must name a host without `_`"),
        ({"PUBLIC_URL": "http://[fd00::5]"}, "MAIL_SENDER is needed"),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS must be a whole number from 1"),
        ({"WEB_THREADS": "0"}, "WEB_THREADS must be a whole number from 1"),
        ({"WEB_HOST": "my_server"}, "WEB_HOST must be an address"),
    ],
)
def test_a_setting_that_cannot_work_is_named_before_anything_starts(
    project: Path, data_dir: Path, settings: dict[str, str], words: str
) -> None:
    _, sentence = refusal(project, DATA=str(data_dir), **settings).splitlines()
    assert words in sentence
    assert not (data_dir / "log").exists()


def test_it_is_announced_as_browsers_name_it_and_asked_where_it_listens(start: Start) -> None:
    run = start(PUBLIC_URL="http://BÜCHER.example:80", WEB_HOST="::1").wait_until_up()
    assert "Host login   http://xn--bcher-kva.example/login\n" in run.printed


def test_settings_of_the_env_file_count_less_than_the_environment(project: Path, data_dir: Path) -> None:
    (project / ".env").write_text("RATE_LIMITS=maybe\nLOG_LEVEL=loud\n")
    said = refusal(project, DATA=str(data_dir), RATE_LIMITS="on")
    assert "LOG_LEVEL must be" in said
    assert "RATE_LIMITS" not in said


def test_configured_services_are_used_and_not_started(start: Start, data_dir: Path, tmp_path: Path) -> None:
    other = start().wait_until_up()
    services = json.loads((data_dir / "services.json").read_text())
    configured = {name: services[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MAIL_SERVER")}
    run = start(tmp_path / "second", **configured).wait_until_up()
    assert sorted(path.name for path in (tmp_path / "second").iterdir() if path.is_dir()) == ["log"]
    assert "Caught mail" not in run.printed
    assert run.end() == 0
    assert get(other.port, "/readyz") == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs an account to drop to")
def test_as_root_postgres_runs_as_somebody_else_and_opens_no_directory(start: Start, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    run = start(closed / "data").wait_until_up()
    postgres = next(p for p in psutil.Process(run.process.pid).children() if "postgres" in p.name())
    assert postgres.uids().effective != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
