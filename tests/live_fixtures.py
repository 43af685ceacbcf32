"""Fixtures for a running instance, for the conftest of folders that need one: `from tests.live_fixtures import *`.

Package scope: its worker uses the tests' database and must have ended before the tests of another folder begin.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.live import Live, Person, running
from webapp.embedded.mailcatcher.sink import MailSink

__all__ = ["instance", "live", "person"]


@pytest.fixture(scope="package")
def instance(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    """One running instance for all tests of a folder."""
    with MailSink() as sink, running(environment, sink) as live:
        yield live


@pytest.fixture
def live(instance: Live, clean: None) -> Live:
    instance.sink.clear()
    return instance


@pytest.fixture
def person(live: Live) -> Callable[[], Person]:
    """Somebody new, with a browser of their own that runs no scripts."""
    return lambda: Person(live)
