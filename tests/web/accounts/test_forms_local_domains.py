"""A local domain of an office or a home: every form and face accepts its addresses once the operator lists it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor
from webapp.core.extensions import local_mail_domains

pytestmark = pytest.mark.usefixtures("clean")
HOST, GUEST = "ada@nas.local", "gita@home.arpa"


@pytest.fixture(params=[True, False], ids=["allowed", "as it comes"])
def is_allowed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setattr(local_mail_domains, "allowed", ("local", "home.arpa"))
    return bool(request.param)


def test_a_host_registers_and_logs_in(is_allowed: bool, visitor: Visitor, build: Build) -> None:
    new = {"name": "Ada", "email": HOST, "password": PASSWORD, "password_confirm": PASSWORD, "slug": "ada"}
    answer = visitor.submit("/register", **new, time_zone="Europe/London")
    assert answer.status_code == (303 if is_allowed else 422)
    assert [row[0] for row in build.rows("SELECT email FROM host")] == [HOST] * is_allowed


def test_a_host_is_made_by_a_command(is_allowed: bool, app: Flask, build: Build) -> None:
    arguments = ["create-host", HOST, "--name", "Ada", "--slug", "ada", "--time-zone", "Europe/London"]
    done = app.test_cli_runner().invoke(args=arguments, input=f"{PASSWORD}\n")
    assert (done.exit_code == 0) is is_allowed, done.output
    if is_allowed:
        visitor = Visitor(app.test_client())
        visitor.log_in(HOST)
        assert visitor.is_logged_in


def test_a_guest_books_by_a_program(is_allowed: bool, client: FlaskClient, build: Build) -> None:
    slot = build.slot(build.host(slug="mara"))
    body: dict[str, Any] = {"name": "Gita", "email": GUEST, "subject": "Engines", "time_zone": "Europe/Lisbon"}
    answer = client.post("/api/v1/bookings", json=body | {"slot_id": str(slot.public_id)})
    assert answer.status_code == (201 if is_allowed else 422), answer.text


def test_a_guest_asks_for_their_data(is_allowed: bool, visitor: Visitor) -> None:
    assert visitor.submit("/privacy", email=GUEST).status_code == (303 if is_allowed else 422)
