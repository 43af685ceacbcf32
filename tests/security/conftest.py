"""Attacks on a running instance: web server, worker and mail, as deployed. One file for each kind of attack."""

import pytest

from tests.builders import Build
from tests.live import Live
from tests.live_fixtures import *  # noqa: F403


@pytest.fixture
def host(build: Build, live: Live, password_hash: str) -> int:
    """Ada, host in Berlin, confirmed."""
    return build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", password_hash=password_hash)
