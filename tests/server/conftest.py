"""The web server as `bin/web` starts it, with an application of a few lines instead of ours."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from webapp.core.config import PROJECT_DIR
from webapp.core.config.tables import WebServerSettings
from webapp.embedded.ports import free_port
from webapp.server.serve import command, connections_allowed

STAND_IN = Path(__file__).parent / "stand_in"
PATIENCE = 120.0  # seconds


@pytest.fixture(scope="package")
def url(environment: dict[str, str]) -> Iterator[str]:
    """One worker with one thread for reads and one for writes."""
    web = WebServerSettings(host="127.0.0.1", port=free_port(), workers=1, threads=1)
    line = command(web, connections_allowed())
    environ = environment | {"PYTHONPATH": str(PROJECT_DIR), "PORT": str(web.port), "WEB_THREADS": "1"}
    with subprocess.Popen(line, cwd=STAND_IN, env=environ) as process:
        try:
            yield _when_up(f"http://127.0.0.1:{web.port}")
        finally:
            process.terminate()


def _when_up(url: str) -> str:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(f"{url}/healthz", timeout=10)
        except requests.RequestException:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return url
