"""Fixtures for visitors and hosts, for the conftest of folders that open pages: import all of them there."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Build
from tests.web.desk import Desk, sit_down
from tests.web.pages import Visitor, token_in

Act = Callable[[str, str, int | str], TestResponse]


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


@pytest.fixture
def admin(visitor: Visitor, build: Build, password_hash: str) -> FlaskClient:
    build.host(slug="boss", email="boss@example.org", roles=("host", "admin"), password_hash=password_hash)
    visitor.log_in("boss@example.org")
    return visitor.client


@pytest.fixture
def act(admin: FlaskClient) -> Act:
    """`act(table, action, row id)`: what an admin does with a row of a table."""

    def post(table: str, action: str, row: int | str) -> TestResponse:
        token = token_in(admin.get(f"/admin/{table}/").text)
        return admin.post(f"/admin/{table}/action/", data={"csrf_token": token, "action": action, "rowid": str(row)})

    return post
