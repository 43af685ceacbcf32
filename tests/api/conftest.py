from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.caller import Caller, Specification
from tests.builders import Build
from webapp.api.spec.openapi import document
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, Scope, create_token

TokenMaker = Callable[..., str]


@pytest.fixture(scope="session")
def specification(app: Flask) -> Specification:
    with app.app_context():
        return Specification(document())


@pytest.fixture
def make_token(app: Flask, clean: None) -> TokenMaker:
    def make(host_id: int, scope: Scope = Scope.WRITE, days: int | None = None) -> str:
        with app.app_context():
            new = NewToken(name="tests", scope=scope, days=days)
            return create_token(new, host_id=host_id, actor=host_actor(host_id))

    return make


@pytest.fixture
def guest(client: FlaskClient, specification: Specification) -> Caller:
    """Anybody: no token."""
    return Caller(client, specification)


@pytest.fixture
def ada(build: Build) -> int:
    """A host in Berlin; her slug is ada."""
    return build.host(slug="ada", name="Ada Lovelace", email="ada@example.org")


@pytest.fixture
def host(client: FlaskClient, specification: Specification, make_token: TokenMaker, ada: int) -> Caller:
    """Ada's program."""
    return Caller(client, specification, make_token(ada))


@pytest.fixture
def reader(client: FlaskClient, specification: Specification, make_token: TokenMaker, ada: int) -> Caller:
    """Ada's program with a read-only token."""
    return Caller(client, specification, make_token(ada, Scope.READ))


@pytest.fixture
def other_host(client: FlaskClient, specification: Specification, make_token: TokenMaker, build: Build) -> Caller:
    """The program of another host, who must see and change nothing of Ada's."""
    return Caller(client, specification, make_token(build.host(slug="grace")))
