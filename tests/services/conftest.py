"""Fixtures for several use cases."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.builders import Build
from tests.conftest import empty_tables
from tests.services.portability.documents import build_busy_host, exported
from webapp.core.extensions import db


@pytest.fixture(scope="session")
def document(app: Flask, owner: Engine) -> str:
    """Of a busy host, who is gone. One for all tests: it takes longer to make than most of them."""
    with app.app_context():
        text = exported(build_busy_host(Build(app, owner)))
        db.session.remove()
    empty_tables(owner)
    return text
