"""A log that cannot be written affects no response, and later reports how many lines were lost."""

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.conftest import Serve, Server

PIPE_SIZE = 4096  # bytes
LIMIT = 3000  # bytes of a log that no more fits into


def full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def without_reader() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_a_reader_that_has_stopped_reading_holds_nobody_up(serve: Serve) -> None:
    """As `docker logs` through a driver that is stuck: the pipe is open and full."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    server = serve(log=writer).wait_until_up()
    os.close(writer)
    for _ in range(PIPE_SIZE // 100):  # of lines, each of which is longer
        assert answers(server) == [200, 200, 404, 404]
    written = os.read(reader, 2 * PIPE_SIZE)
    while b"log lines dropped" not in written:
        answers(server)
        written += os.read(reader, 2 * PIPE_SIZE)
    os.close(reader)


def answers(server: Server) -> list[int]:
    return [server.get(path).status for path in ("/healthz", "/login", "/no-such-page", "/api/v1/hosts/nobody")]


@pytest.mark.parametrize("opened", [full, without_reader])
def test_no_answer_depends_on_it(serve: Serve, opened: Callable[[], int]) -> None:
    log = opened()
    server = serve(log=log).wait_until_up()
    os.close(log)
    assert answers(server) == [200, 200, 404, 404]


def test_without_standard_error_it_answers_too(serve: Serve) -> None:
    server = serve(command=["sh", "-c", "exec bin/web 2>&-"]).wait_until_up()
    assert answers(server) == [200, 200, 404, 404]


def test_what_was_lost_is_counted_and_said_when_there_is_room_again(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    with path.open("ab") as log:
        server = serve(log=log, command=["prlimit", f"--fsize={LIMIT}", "bin/web"]).wait_until_up()
    while path.stat().st_size < LIMIT:
        assert answers(server) == [200, 200, 404, 404]
    for _ in range(3):
        assert answers(server) == [200, 200, 404, 404]
    os.truncate(path, 0)
    answers(server)
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}") and line.startswith("{")]
    said = [line for line in lines if line["event"] == "log lines dropped"]
    assert said
    assert said[0]["count"] >= 12
    assert lines[-1]["event"] == "request"
