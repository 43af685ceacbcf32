"""Postgres stops responding: packets are lost, or its processes hang. Every request still gets a response."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest
import requests

from tests.live import Live
from tests.outages.conftest import Database, Serve
from tests.proxies import Proxy, standing_before

PATHS = ("/demo", "/demo/30min", "/api/v1/hosts/demo", "/login", "/readyz", "/healthz")
ROUNDS = 3
GUESTS = 12  # more than the web server has threads
SECONDS = 30.0  # a generous limit; without an end to silence it is a minute and more


@contextmanager
def vanished(proxy: Proxy) -> Iterator[None]:
    proxy.halted.set()
    try:
        yield
    finally:
        proxy.halted.clear()


@contextmanager
def frozen(database: Database) -> Iterator[None]:
    """All processes of Postgres stand still; the kernel goes on saying that it has received everything."""
    main = psutil.Process(database.service.child.pid)
    processes = [main, *main.children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def answers(live: Live) -> list[tuple[str, int, float]]:
    """(path, status, seconds) of many guests who ask at once, several times."""

    def ask(path: str) -> tuple[str, int, float]:
        began_at = time.monotonic()
        answer = requests.get(live.url + path, timeout=120)
        return path, answer.status_code, time.monotonic() - began_at

    with ThreadPoolExecutor(GUESTS) as guests:
        return list(guests.map(ask, PATHS * ROUNDS))


def check(found: list[tuple[str, int, float]]) -> None:

    assert {status for path, status, _ in found if path == "/healthz"} == {200}
    assert {status for path, status, _ in found if path == "/login"} <= {200, 503}
    assert {status for path, status, _ in found if path not in ("/healthz", "/login")} == {503}
    assert [one for one in found if one[2] > SECONDS] == []


def is_well(live: Live) -> bool:
    return requests.get(f"{live.url}/demo", timeout=120).status_code == 200


def wait_until_well(live: Live) -> None:
    until = time.monotonic() + 60
    while not is_well(live):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("rest", [0.0, 2.0], ids=["busy", "rested"])
def test_packets_vanish(database: Database, serve: Serve, rest: float) -> None:
    with standing_before(database.service.url) as (proxy, url), serve(url) as live:
        assert all(is_well(live) for _ in range(20))
        time.sleep(rest)
        with vanished(proxy):
            check(answers(live))
        wait_until_well(live)


def test_a_server_that_stands_still(database: Database, serve: Serve) -> None:
    with serve(database.service.url) as live:
        assert all(is_well(live) for _ in range(20))
        with frozen(database):
            check(answers(live))
        wait_until_well(live)
