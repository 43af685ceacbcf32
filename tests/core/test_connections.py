"""The state in which a request leaves its connection, and connections after a restart of the database."""

import time

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.builders import Build
from webapp.core.connections import FRESH_SECONDS
from webapp.core.extensions import db
from webapp.models import Host

REQUESTS = 8  # psycopg prepares what it sees for the sixth time


def test_statements_of_requests_that_only_read_stay_prepared(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    for _ in range(REQUESTS):
        assert client.get("/mara").status_code == 200
    with build.app.app_context():
        prepared = db.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("host.about" in statement for statement in prepared)


def test_what_was_changed_without_a_transaction_does_not_stay(build: Build) -> None:
    host = build.host(slug="mara", name="Mara")
    with build.app.app_context():
        db.session.get_one(Host, host).name = "Somebody else"
    with build.app.app_context():
        assert db.session.get_one(Host, host).name == "Mara"


def test_connections_that_were_lost_while_they_rested_cost_no_request(build: Build, client: FlaskClient) -> None:
    build.host(slug="mara")
    assert client.get("/mara").status_code == 200
    url: str = build.app.extensions["settings"].database_url
    with psycopg.connect(url) as connection:
        own = "usename = current_user AND pid <> pg_backend_pid() AND datname = current_database()"
        ended = connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}").fetchall()
    assert ended
    time.sleep(FRESH_SECONDS)
    assert client.get("/mara").status_code == 200
