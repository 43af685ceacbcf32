from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from tests.house.routes import rows_of_ada
from tests.web.pages import Visitor


@pytest.fixture
def values(app: Flask, build: Build, password_hash: str) -> dict[str, Any]:
    return rows_of_ada(app, build, password_hash)


@pytest.fixture
def ada(app: Flask, values: dict[str, Any]) -> FlaskClient:
    """Her browser, logged in."""
    visitor = Visitor(app.test_client())
    visitor.log_in("ada@example.org")
    assert visitor.is_logged_in
    return visitor.client
