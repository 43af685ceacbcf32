"""The web server as a separate process, with settings chosen by the test, on the tests' database."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pytest
from flask import Flask

from webapp.core.config import PROJECT_DIR
from webapp.embedded.ports import free_port

PATIENCE = 120.0  # seconds; for a slow machine that has other work


@dataclass(frozen=True)
class Server:
    """A running web server. `get` speaks plain HTTP, so that a test chooses each header and both addresses."""

    process: subprocess.Popen[bytes]
    port: int

    def get(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        to: str = "127.0.0.1",
        source: str = "",
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(
            to, self.port, timeout=PATIENCE, source_address=(source, 0) if source else None
        )
        connection.request(method, path, headers={"Host": f"localhost:{self.port}"} | (headers or {}))
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def wait_until_up(self, **how: Any) -> "Server":
        """Until it answers, whatever it answers."""
        until = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, "it ended while starting"
            try:
                self.get("/healthz", **how)
            except OSError:
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.1)
            else:
                return self


Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def serve(app: Flask, environment: dict[str, str]) -> Iterator[Serve]:
    """Starts web servers, one worker each; they end with the module."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(
        *,
        log: IO[bytes] | int | None = None,
        command: Sequence[str] = ("bin/web",),
        **settings: str,
    ) -> Server:
        port = free_port()
        given = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "WEB_WORKERS": "1", **environment}
        environ = given | {"PORT": str(port), "PUBLIC_URL": f"http://localhost:{port}"} | settings
        error = subprocess.STDOUT if log else None
        processes.append(subprocess.Popen(command, cwd=PROJECT_DIR, env=environ, stdout=log, stderr=error))
        return Server(processes[-1], port)

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(60)
