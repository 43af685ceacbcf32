"""/settings/tokens: create, list, revoke."""

import re
import uuid

import pytest

from tests.builders import Build
from tests.web.desk import Desk
from tests.web.pages import Visitor, errors_of

PAGE = "/settings/tokens"
NEW = {"name": "Backup", "scope": "read", "lifetime": "30"}


def make(desk: Desk, **values: str) -> str:
    """The token that the page shows."""
    response = desk.post(PAGE, **NEW | values)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    found = re.search(r'value="(osl_[A-Za-z0-9_-]{43})"', response.text)
    assert found
    return found[1]


def test_a_token_is_shown_once_and_works(desk: Desk) -> None:
    token = make(desk)
    assert token not in desk.open(PAGE).text
    assert "Backup" in desk.open(PAGE).text
    answer = desk.client.application.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.get_json()["scopes"] == ["read"]


def test_lifetimes(desk: Desk, build: Build) -> None:
    make(desk)
    make(desk, lifetime="never", scope="write")
    rows = build.rows("SELECT scope, expires_at - created_at AS life FROM api_token ORDER BY id")
    assert [(row.scope, row.life.days if row.life else None) for row in rows] == [("read", 30), ("write", None)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 81),
        ("name", "a\u202eb"),
        ("scope", "admin"),
        ("scope", ""),
        ("lifetime", "9999999"),
        ("lifetime", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(desk: Desk, build: Build, field: str, value: str) -> None:
    response = desk.post(PAGE, **NEW | {field: value})
    assert response.status_code == 422
    assert errors_of(response)
    assert build.row("SELECT count(*) FROM api_token")[0] == 0


def test_revoking_asks_first_and_is_at_once(desk: Desk, build: Build) -> None:
    token = make(desk)
    link = re.search(r'href="(/settings/tokens/[0-9a-f-]+/revoke)"', desk.open(PAGE).text)
    assert link
    assert "Backup" in desk.open(link[1]).text
    assert build.row("SELECT count(*) FROM api_token")[0] == 1
    assert desk.post(link[1]).status_code == 303
    client = desk.client.application.test_client()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert desk.post(link[1]).status_code == 404


def test_tokens_of_others_do_not_exist(desk: Desk, other_desk: Desk, build: Build) -> None:
    make(desk, name="Hers alone")
    public_id = build.row("SELECT public_id FROM api_token")[0]
    assert "Hers alone" not in other_desk.open(PAGE).text
    for path in (f"{PAGE}/{public_id}/revoke", f"{PAGE}/{uuid.uuid4()}/revoke"):
        assert other_desk.open(path).status_code == 404
        assert other_desk.post(path).status_code == 404
    assert build.row("SELECT count(*) FROM api_token")[0] == 1


def test_what_is_made_and_revoked_is_in_the_audit_log(desk: Desk, build: Build) -> None:
    make(desk)
    public_id = build.row("SELECT public_id FROM api_token")[0]
    desk.post(f"{PAGE}/{public_id}/revoke")
    actions = build.rows("SELECT action FROM audit_entry WHERE object_kind = 'api_token' ORDER BY id")
    assert [row.action for row in actions] == ["api_token.created", "api_token.revoked"]


def test_names_are_text(desk: Desk) -> None:
    make(desk, name="<script>alert(1)</script>")
    assert "<script>alert" not in desk.open(PAGE).text


def test_nobody_else_comes_in(visitor: Visitor) -> None:
    assert visitor.open(PAGE).status_code == 303


def test_settings_lead_there(desk: Desk) -> None:
    assert f'href="{PAGE}"' in desk.open("/settings").text
