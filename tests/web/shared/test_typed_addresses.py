"""URLs as people type and paste them lead to the intended page, and nowhere else."""

from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.event_types.single_use_links import create_link
from webapp.services.privacy.guests import privacy_token
from webapp.services.shared.links import manage_token

START = tomorrow(9, days=2)
TOKENS = {"once": "/once/{}", "manage": "/manage/{}", "privacy": "/privacy/{}"}


@pytest.fixture
def demo(build: Build) -> int:
    host = build.host(slug="demo", name="Demo Host")
    build.slot(host, START)
    return host


@pytest.fixture
def tokens(app: Flask, build: Build, demo: int) -> dict[str, str]:
    booking = build.booking(build.slot(demo, tomorrow(11, days=2)))
    with app.app_context():
        return {
            "once": create_link("30min", host_id=demo, actor=host_actor(demo)),
            "manage": manage_token(booking.uid),
            "privacy": privacy_token(booking.uid, booking.guest_email),
        }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/DEMO", "/demo"),
        ("/demo/", "/demo"),
        ("/Demo//", "/demo"),
        ("/demo/30MIN", "/demo/30min"),
        ("/DEMO/30min/", "/demo/30min"),
        ("/demo/30min.", "/demo/30min"),
        ("/demo/30min),", "/demo/30min"),
        ("/demo/30min%20", "/demo/30min"),
        ("/demo/30min%E2%80%8B", "/demo/30min"),
        ("/demo/30min%E2%80%A6", "/demo/30min"),
        ("/demo/30min%E2%80%9D", "/demo/30min"),
        ("/%44EMO/30%4din", "/demo/30min"),
        ("/ＤＥＭＯ／３０ｍｉｎ", "/demo/30min"),
        ("/Demo/30min/BOOK/", "/demo/30min/book"),
        ("/Login", "/login"),
        ("/REGISTER/", "/register"),
        ("/CALENDAR/", "/calendar"),
        ("/privacy/", "/privacy"),
        ("/Privacy/Asked", "/privacy/asked"),
        ("/Event-Types/", "/event-types"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", f"?start={START:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Lisbon&Y=A+B%C3%A9%0d%0aX:&z=%"])
def test_a_page_is_found_and_the_query_kept(
    client: FlaskClient, demo: int, method: str, typed: str, meant: str, query: str
) -> None:
    answer = client.open(quote(typed, safe="/%") + query, method=method)
    assert (answer.status_code, answer.headers.get("Location")) == (308, meant + query)
    assert "no-store" in answer.headers["Cache-Control"]  # another host may take the address one day
    assert client.get(answer.headers["Location"]).status_code in (200, 303)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [(kind, before, after) for kind in TOKENS for before, after in [("/{}/", "/"), ("/{}/", "."), ("/{}/", ")")]]
    + [(kind, f"/{kind.upper()}/", after) for kind in TOKENS for after in ("", "/", ".")],
)
def test_tokens_are_kept_letter_by_letter(
    client: FlaskClient, tokens: dict[str, str], kind: str, before: str, after: str
) -> None:
    answer = client.get(before.format(kind) + tokens[kind] + after)
    assert (answer.status_code, answer.headers.get("Location")) == (308, f"/{kind}/{tokens[kind]}")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_a_page_below_a_token_is_found(client: FlaskClient, tokens: dict[str, str]) -> None:
    answer = client.get(f"/Manage/{tokens['manage']}/Cancel/")
    assert answer.headers["Location"] == f"/manage/{tokens['manage']}/cancel"


@pytest.mark.parametrize(
    "path",
    [
        "/NOBODY", "/nobody/", "/demo/NONE", "/demo/none/", "/DEMO/30min/none", "/manage/WRONG/", "/once/Wrong.",
        "/privacy/Wrong/", "/MANAGE/none-of-ours/cancel", "/DEMO/30min/book/more", "/wp-admin/", "/WP-LOGIN.PHP",
        "/Static/js/app.js", "/calendar/none/", "/.", "/)", "/ADMIN/none", "/FEEDS/x.ics", "/feeds/x.ics/",
    ],
)  # fmt: skip
def test_what_is_not_there_stays_not_there(client: FlaskClient, tokens: dict[str, str], path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize("case", ["upper", "lower", "swapcase"])
def test_a_token_in_other_letters_is_none(client: FlaskClient, tokens: dict[str, str], case: str) -> None:
    for kind, token in tokens.items():
        assert client.get(f"/{kind}/{getattr(token, case)()}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "//evil.example/", "//evil.example/DEMO", "/\\evil.example", "/\\evil.example/",
        "/%5Cevil.example/", "//DEMO", "///DEMO/", "/%2F/DEMO", "/%2Fevil.example/DEMO", "/DEMO/..//evil.example/",
        "/.//evil.example/", "/／evil.example／DEMO", "/／DEMO", "/DEMO%0d%0aX-Evil:1", "/DEMO@evil.example/",
        "/https:/evil.example/DEMO",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(client: FlaskClient, demo: int, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (308, 400, 404)
    target = answer.headers.get("Location", "/")
    assert not target.startswith(("//", "/\\"))
    assert urlsplit(target).netloc in ("", "localhost")
    assert "X-Evil" not in answer.headers


def test_the_api_and_forms_are_as_strict_as_before(client: FlaskClient, demo: int) -> None:
    for path in ("/api/v1/hosts/DEMO", "/API/v1/hosts/demo", "/api/v1/hosts/demo/", "/Api/V1/openapi.json"):
        assert client.get(path).status_code == 404
    assert client.post("/DEMO/30min/book", data={"name": "x"}).status_code == 400
    assert client.post("/DEMO/").status_code == 404


def test_htmx_lets_the_browser_go_there(client: FlaskClient, demo: int) -> None:
    answer = client.get("/DEMO/30min/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/demo/30min"
