from collections.abc import Callable

import pytest
from flask import Flask

from tests.builders import Build
from tests.web.desk import Desk, sit_down
from tests.web.pages import Visitor


@pytest.fixture
def visitor(app: Flask, clean: None) -> Visitor:
    return Visitor(app.test_client())


@pytest.fixture
def another_browser(app: Flask, clean: None) -> Callable[[], Visitor]:
    return lambda: Visitor(app.test_client())


@pytest.fixture
def host(build: Build, password_hash: str) -> str:
    """The address of a confirmed host with PASSWORD."""
    build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", password_hash=password_hash)
    return "ada@example.org"


@pytest.fixture
def desk(build: Build, password_hash: str) -> Desk:
    """A host in Berlin, logged in."""
    return sit_down(build, password_hash, name="Ada Lovelace", slug="ada")


@pytest.fixture
def other_desk(build: Build, password_hash: str) -> Desk:
    """Another host, who must see and change nothing of the first one's."""
    return sit_down(build, password_hash)
