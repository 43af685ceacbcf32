"""Attacks on a running instance: web server, worker and mail, as deployed. One file for each kind of attack.

Each file has an instance of its own, since some need other settings, and two workers on one database would take each
other's mails.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.builders import Build
from tests.live import Live, running
from tests.live_fixtures import *  # noqa: F403
from webapp.embedded.mailcatcher.sink import MailSink


@pytest.fixture(scope="module")
def instance(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    with MailSink() as sink, running(environment, sink) as live:
        yield live


@pytest.fixture
def host(build: Build, live: Live, password_hash: str) -> int:
    """Ada, host in Berlin, confirmed."""
    return build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", password_hash=password_hash)
