"""Tokens: created, recognised, limited to their scope, revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.caller import Caller, Specification, code_of
from tests.api.conftest import TokenMaker
from tests.builders import Build
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import Scope, host_tokens, revoke_token


def test_a_token_says_who_it_is(host: Caller, reader: Caller) -> None:
    me = {"slug": "ada", "name": "Ada Lovelace", "email": "ada@example.org", "time_zone": "Europe/Berlin"}
    assert host.get("/me").get_json() == me | {"scopes": ["read", "write"]}
    assert reader.get("/me").get_json() == me | {"scopes": ["read"]}


def test_only_the_hash_is_kept(build: Build, host: Caller) -> None:
    token = host.headers["Authorization"].removeprefix("Bearer ")
    row = build.row("SELECT * FROM api_token")
    assert len(row.token_hash) == 32
    assert token not in repr(row)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer osl_" + "x" * 43}, {"Authorization": "Bearer \u00e9"}, {"Authorization": "Bearer "},
     {"Authorization": "Basic YTpi"}, {"X-Manage-Token": "x" * 43}, {"Authorization": "Bearer " + "y" * 10_000}],
)  # fmt: skip
def test_without_a_good_token_nobody_comes_in(guest: Caller, ada: int, headers: dict[str, str]) -> None:
    guest.headers = headers
    response = guest.get("/me")
    assert (response.status_code, code_of(response)) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="openslot"')


def test_a_token_in_the_address_is_worth_nothing(guest: Caller, host: Caller) -> None:
    token = host.headers["Authorization"].removeprefix("Bearer ")
    for name in ("token", "access_token", "api_key"):
        assert guest.get(f"/me?{name}={token}").status_code == 401


def test_a_session_is_worth_nothing(build: Build, password_hash: str, specification: Specification) -> None:
    from tests.web.desk import sit_down

    desk = sit_down(build, password_hash)
    browser = Caller(desk.client, specification)
    assert browser.get("/me").status_code == 401
    assert browser.post("/slots", {}).status_code == 401


def test_a_revoked_token_is_refused_by_the_next_request(app: Flask, ada: int, host: Caller) -> None:
    assert host.get("/me").status_code == 200
    with app.app_context():
        revoke_token(host_tokens(ada)[0].public_id, host_id=ada, actor=host_actor(ada))
    assert host.get("/me").status_code == 401


@pytest.mark.parametrize(
    "ended",
    ["UPDATE api_token SET expires_at = now() - interval '1 second' RETURNING 1",
     "UPDATE host SET active = false RETURNING 1", "DELETE FROM api_token RETURNING 1"],
)  # fmt: skip
def test_an_expired_token_and_one_of_a_host_switched_off_are_refused(build: Build, host: Caller, ended: str) -> None:
    build.row(ended)
    assert host.get("/me").status_code == 401


def test_last_use_is_noted_once_in_a_while(build: Build, host: Caller) -> None:
    assert build.row("SELECT last_used_at FROM api_token")[0] is None
    host.get("/me")
    first = build.row("SELECT last_used_at FROM api_token")[0]
    assert datetime.now(UTC) - first < timedelta(minutes=1)
    host.get("/me")
    assert build.row("SELECT last_used_at FROM api_token")[0] == first


def test_a_read_token_changes_nothing(reader: Caller) -> None:
    response = reader.post("/slots", {"start": "2027-01-01T09:00:00Z", "duration_minutes": 30})
    assert (response.status_code, code_of(response)) == (403, "insufficient_scope")


@pytest.mark.parametrize(("arguments", "scope"), [([], "write"), (["--scope", "read"], "read")])
def test_the_command_prints_the_token_as_its_last_word(
    app: Flask, client: FlaskClient, specification: Specification, ada: int, arguments: list[str], scope: str
) -> None:
    result = app.test_cli_runner().invoke(args=["create-token", "Ada@Example.org", *arguments])
    assert result.exit_code == 0, result.output
    token = result.output.split()[-1]
    assert re.fullmatch(r"osl_[A-Za-z0-9_-]{43}", token)
    assert Caller(client, specification, token).get("/me").get_json()["scopes"][-1] == scope


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["nobody@example.org"], "no host"), (["ada@example.org", "--scope", "all"], "Invalid value"),
     (["ada@example.org", "--days", "0"], "days"), (["ada@example.org", "--name", " "], "name")],
)  # fmt: skip
def test_the_command_tells_what_is_wrong(app: Flask, ada: int, arguments: list[str], message: str) -> None:
    result = app.test_cli_runner().invoke(args=["create-token", *arguments])
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_tokens_of_many_scopes_live_side_by_side(ada: int, make_token: TokenMaker, app: Flask) -> None:
    make_token(ada)
    make_token(ada, Scope.READ, 30)
    with app.app_context():
        found = host_tokens(ada)
    assert {one.scope for one in found} == {Scope.READ, Scope.WRITE}
    assert {one.expires_at is None for one in found} == {True, False}
