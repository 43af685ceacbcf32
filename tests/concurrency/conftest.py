"""The web server as deployed, two processes, on the tests' database; with OPENSLOT_MUTANT, a broken one."""

import os
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.concurrency.checkers import faults
from tests.concurrency.mutants import chosen_mutants, mutilate
from tests.concurrency.racers import Racer, Server
from tests.live import _wait_for
from webapp.core.config import PROJECT_DIR
from webapp.embedded.ports import free_port

MUTANT_DIR = Path(__file__).parent / "mutant"


@pytest.fixture(scope="session")
def server(app: Flask, environment: dict[str, str], owner: Engine) -> Iterator[Server]:
    mutilate(owner)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHON": sys.executable,
        **environment,
        "PORT": str(port),
        "PUBLIC_URL": url,
        "LOG_LEVEL": "error",
        "WEB_WORKERS": "2",
    }
    if chosen_mutants():
        runpy.run_path(str(MUTANT_DIR / "sitecustomize.py"))  # builders work on the same database
        environ |= {"OPENSLOT_MUTANT": ",".join(chosen_mutants()), "PYTHONPATH": str(MUTANT_DIR)}
        environ |= {name: os.environ[name] for name in ("OPENSLOT_MUTANT_LOG",) if name in os.environ}
    process = subprocess.Popen(["bin/web"], cwd=PROJECT_DIR, env=environ)
    try:
        _wait_for(f"{url}/readyz")
        yield Server(url)
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def racer(server: Server, clean: None) -> Iterator[Callable[[], Racer]]:
    """Somebody new, with a browser of their own."""
    everybody: list[Racer] = []

    def arrives() -> Racer:
        everybody.append(Racer(server))
        return everybody[-1]

    yield arrives
    for one in everybody:
        one.session.close()


@pytest.fixture
def tally(owner: Engine) -> Counter[str]:
    """What went wrong, and how often; empty at the end of a good test."""
    return Counter()


@pytest.fixture
def check(owner: Engine, tally: Counter[str]) -> Callable[[], None]:
    """Run all checkers on the database and add what they find to the tally."""
    return lambda: tally.update(faults(owner))
