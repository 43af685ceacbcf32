"""A real SMTP sink for the application's mail, and workers: in this process or in separate ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.effects.harness import InProcess, WorkerProcess
from tests.effects.servers import OK, Server, answers, serving
from tests.effects.webhook_harness import Hooks
from webapp.core.config import PROJECT_DIR
from webapp.core.extensions import outgoing_ranges
from webapp.effects.mail import jobs, smtp
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.embedded.valkey import ValkeyService
from webapp.services.bookings.view import BookingView


@pytest.fixture(scope="package")
def running_sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def sink(running_sink: MailSink) -> MailSink:
    running_sink.rejected.clear()
    running_sink.clear()
    if running_sink.fault is not Fault.NONE:
        running_sink.fault = Fault.NONE
    return running_sink


@pytest.fixture
def post(app: Flask, sink: MailSink) -> Iterator[Flask]:
    """The application, sending to the sink."""
    before = app.extensions["settings"]
    mail = replace(before.mail, host="127.0.0.1", port=sink.port, security="none", username="", password="")
    app.extensions["settings"] = replace(before, mail=mail)
    smtp.mail.init_app(app)
    yield app
    smtp.mail.connection.close()
    app.extensions["settings"] = before


@pytest.fixture
def mailer(post: Flask, clean: None, owner: Engine) -> InProcess:
    """Relay and job in this process, without a queue: for everything but the queue."""
    jobs.stopping.clear()
    return InProcess(post, owner)


@pytest.fixture
def worker(
    environment: dict[str, str], app: Flask, clean: None, sink: MailSink, valkey: ValkeyService
) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts `python worker.py` with the tests' environment; whatever still runs is killed in the end."""
    Redis.from_url(valkey.url).flushall()
    running: list[WorkerProcess] = []

    def start(*arguments: str, **changes: str) -> WorkerProcess:
        environ = environment | {"MAIL_PORT": str(sink.port), "MAIL_SECURITY": "none", "MAIL_SERVER": "127.0.0.1"}
        process = subprocess.Popen(
            [sys.executable, "worker.py", *arguments],
            cwd=PROJECT_DIR,
            env={"PATH": os.environ["PATH"], **environ, **changes},
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(WorkerProcess(process))
        return running[-1]

    yield start
    for started in running:
        started.end(signal.SIGKILL)


@pytest.fixture
def host(build: Build) -> int:
    return build.host(name="Ada Host", time_zone="Asia/Tokyo")


@pytest.fixture
def booking(build: Build, host: int, mailer: InProcess, context: None) -> BookingView:
    """In three days, confirmed, told to both."""
    booked = build.booking(build.slot(host, tomorrow(10, days=3)), time_zone="America/New_York", locale="en-US")
    mailer.run()
    return booked


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks may go to this machine."""
    monkeypatch.setattr(outgoing_ranges, "allowed", (ip_network("127.0.0.0/8"),))


@pytest.fixture
def hooks(app: Flask, clean: None, owner: Engine, host: int) -> Hooks:
    jobs.stopping.clear()
    return Hooks(app, owner, host)


@pytest.fixture
def receiver() -> Iterator[Server]:
    """It answers 200."""
    with serving(answers(OK)) as server:
        yield server
