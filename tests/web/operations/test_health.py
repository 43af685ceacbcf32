"""/healthz checks the process, /readyz its dependencies."""

import dataclasses
from typing import Any

import pytest
import tzdata
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from webapp import create_app
from webapp.core.extensions import site
from webapp.web.operations import health


def test_a_process_with_its_database_is_ready(client: FlaskClient) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text.strip()) == (200, "ok")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, f"ok\ntime zone data {tzdata.IANA_VERSION}\n")


@pytest.mark.parametrize(
    "how",
    [
        {"environ_base": {"REMOTE_ADDR": "198.18.0.1"}, "headers": {"X-Forwarded-For": "93.184.215.14"}},
        {"environ_base": {"REMOTE_ADDR": "127.0.0.1"}, "headers": {"Forwarded": "for=10.0.0.1"}},
        {"environ_base": {"REMOTE_ADDR": "93.184.215.14"}},
        {"environ_base": {"REMOTE_ADDR": "2a00:1450::1"}},
        {"environ_base": {"REMOTE_ADDR": "unknown"}},
    ],
)
def test_a_stranger_is_told_the_status_only(client: FlaskClient, build: Build, how: dict[str, Any]) -> None:
    assert (client.get("/readyz", **how).status_code, client.get("/readyz", **how).text) == (200, "ok\n")
    head = build.row("SELECT version_num FROM alembic_version")[0]
    build.row("UPDATE alembic_version SET version_num = '0001' RETURNING 1")
    try:
        assert (client.get("/readyz", **how).status_code, client.get("/readyz", **how).text) == (503, "not ready\n")
    finally:
        build.row("UPDATE alembic_version SET version_num = :head RETURNING 1", head=head)


def test_a_database_of_another_version_is_not_ready(client: FlaskClient, build: Build) -> None:
    head = build.row("SELECT version_num FROM alembic_version")[0]
    build.row("UPDATE alembic_version SET version_num = '0001' RETURNING 1")
    try:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert "migration" in response.text
    finally:
        build.row("UPDATE alembic_version SET version_num = :head RETURNING 1", head=head)


def test_a_database_of_a_newer_release_is_ready_and_says_so(client: FlaskClient, build: Build) -> None:
    """While a new release is brought out, and after its code alone has been taken back."""
    head = build.row("SELECT version_num FROM alembic_version")[0]
    build.row("UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    try:
        response = client.get("/readyz")
        assert (response.status_code, response.text.splitlines()[:2]) == (200, ["ok", "database: newer schema, 9999"])
    finally:
        build.row("UPDATE alembic_version SET version_num = :head RETURNING 1", head=head)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://nowhere.invalid/0", "unix:///nowhere.sock"])
def test_without_a_queue_server_a_process_is_ready_and_says_so(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    health.tell_at_start(app)
    assert "queue server" not in capsys.readouterr().err
    monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], redis_url=url))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[0]) == (200, "ok")
    assert answer.text.splitlines()[1].startswith("queue server: no answer")
    health.tell_at_start(app)
    assert "see REDIS_URL" in capsys.readouterr().err


def test_without_a_database_a_process_lives_but_is_not_ready(app: Flask) -> None:
    settings = app.extensions["settings"]
    url = "postgresql://openslot@127.0.0.1:1/openslot"
    alone = create_app(dataclasses.replace(settings, database_url=url)).test_client()
    site.init_app(settings)
    assert alone.get("/healthz").status_code == 200
    assert alone.get("/readyz").status_code == 503
    page = alone.get("/ada")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "database" not in page.text
