from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.builders import Build
from tests.live import Live, Person, running
from webapp.embedded.mailcatcher import MailSink


@pytest.fixture(scope="session")
def instance(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    """One running instance for all stories of a test process."""
    with MailSink() as sink, running(environment, sink) as live:
        yield live


@pytest.fixture
def live(instance: Live, clean: None) -> Live:
    instance.sink.clear()
    return instance


@pytest.fixture
def person(live: Live) -> Callable[[], Person]:
    """Somebody new, with a browser of their own."""
    return lambda: Person(live)


@pytest.fixture
def host(build: Build, live: Live, password_hash: str) -> int:
    """Ada, host in Berlin, confirmed."""
    return build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", password_hash=password_hash)
