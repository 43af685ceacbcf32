"""Mail server, webhook receiver, queue server and log hang, all at once: pages and bookings are answered as before."""

import fcntl
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from tests.concurrency.racers import Racer, Server
from tests.live import running
from tests.security.visits import send, visits
from webapp.domain.actor import host_actor
from webapp.embedded.ports import LOOPBACK
from webapp.embedded.valkey import ValkeyService, start_valkey
from webapp.services.webhooks.content import NewWebhook
from webapp.services.webhooks.endpoints import create_webhook

GUESTS = 8
PIPE_SIZE = 4096  # bytes


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are accepted, and nothing is ever read or sent."""
    with socket.create_server((LOOPBACK, 0), backlog=100) as server:
        yield server.getsockname()[1]


@pytest.fixture
def stuck_log() -> Iterator[Any]:
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    with os.fdopen(writer, "wb") as log:
        yield log
    os.close(reader)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyService]:
    service = start_valkey(tmp_path)
    yield service
    os.kill(service.child.pid, signal.SIGCONT)
    service.stop()


def test_what_hangs_elsewhere_slows_nobody_down(
    app: Flask,
    environment: dict[str, str],
    build: Build,
    silent: int,
    stuck_log: Any,
    own_valkey: ValkeyService,
) -> None:
    bob = build.host(slug="bob")
    starts = [tomorrow(hour) for hour in range(8, 8 + GUESTS)]
    build.slots(bob, starts)
    with app.app_context():
        new = NewWebhook(url="https://hooks.example.org/", events=("booking.created",))
        create_webhook(new, host_id=bob, actor=host_actor(bob))
    build.rows("UPDATE webhook_endpoint SET url = :url RETURNING id", url=f"http://{LOOPBACK}:{silent}/")
    own = environment | {"REDIS_URL": own_valkey.url, "RATE_LIMITS": "on"}
    with running(own, SimpleNamespace(port=silent), stuck_log) as live, ThreadPoolExecutor(GUESTS + 2) as people:
        shots = [Racer(Server(live.url)).booking("/bob/30min", start) for start in starts]
        listing = f"{live.url}/bob/30min"
        quiet = visits(listing, 1.0)
        os.kill(own_valkey.child.pid, signal.SIGSTOP)
        looking = people.submit(visits, listing, 3.0)
        answers = list(people.map(send, shots))
        assert looking.result() > quiet
        assert [answer.status for answer in answers] == [303] * GUESTS
        assert all(answer.is_in_time for answer in answers)
