"""Security rules for every request and response, independent of the view."""

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from tests.web.pages import Visitor, token_of
from webapp import create_app
from webapp.core.extensions import db, site

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("url", "status"),
    [("/login", 200), ("/healthz", 200), ("/static/css/base.css", 200), ("/static/none.css", 404),
     ("/no/such/page", 404), ("/settings", 303), ("/logout", 404),
     ("/register?next=//evil.example", 400), ("/a%00b", 400)],
)  # fmt: skip
def test_headers_are_on_every_answer(client: FlaskClient, url: str, status: int) -> None:
    response = client.get(url, buffered=True)
    assert response.status_code == status
    assert EVERYWHERE.items() <= dict(response.headers).items()
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Strict-Transport-Security" not in response.headers


def test_scripts_carry_the_nonce_of_their_answer(client: FlaskClient) -> None:
    nonces = set()
    for _ in range(2):
        response = client.get("/login")
        found = re.search(r"script-src 'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        assert found
        scripts = re.findall(r"<script[^>]*>", response.text)
        assert scripts
        assert all(f'nonce="{found[1]}"' in script for script in scripts)
        nonces.add(found[1])
    assert len(nonces) == 2
    assert not re.search(r"\son\w+=|<style|style=", client.get("/register").text)


def test_an_answer_without_scripts_allows_none(client: FlaskClient) -> None:
    assert "script-src 'none'" in client.get("/healthz").headers["Content-Security-Policy"]


@pytest.fixture
def secure_app(app: Flask) -> Iterator[Flask]:
    """The same behind TLS, limits on, one proxy in front."""
    settings = dataclasses.replace(app.extensions["settings"], public_url="https://book.example.org", trusted_proxies=1)
    secure = create_app(settings)
    yield secure
    with secure.app_context():
        db.engine.dispose()
    site.init_app(app.extensions["settings"])  # it belongs to the process


def test_behind_tls(secure_app: Flask, clean: None) -> None:
    client = secure_app.test_client()
    response = client.get("/login", base_url="https://book.example.org")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_other_host_names_are_refused(app: Flask, secure_app: Flask) -> None:
    for one in (app, secure_app):
        response = one.test_client().get("/login", base_url="https://evil.example")
        assert response.status_code == 400
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_proxy_says_counts_only_behind_one(app: Flask, secure_app: Flask) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}
    with app.test_request_context("/login", headers=headers) as context:
        assert context.request.remote_addr != "203.0.113.9"
    assert app.test_client().get("/login", headers=headers).status_code == 200
    behind = secure_app.test_client().get("/login", base_url="https://book.example.org", headers=headers)
    assert behind.status_code == 400


def test_personal_pages_are_not_stored(visitor: Visitor, host: str) -> None:
    visitor.log_in(host)
    for url in ("/settings", "/settings/password", "/login", "/reset", "/no-such-page"):
        assert visitor.open(url).headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_good_under_the_hash_of_their_content(client: FlaskClient) -> None:
    found = re.search(r'href="(/static/css/base\.css\?v=[0-9a-f]{12})"', client.get("/login").text)
    assert found
    assert "immutable" in client.get(found[1], buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/base.css?v=0", buffered=True).headers["Cache-Control"]
    assert "Set-Cookie" not in client.get(found[1], buffered=True).headers


def test_a_page_for_everybody_touches_no_session(visitor: Visitor, host: str) -> None:
    visitor.log_in(host)
    for url in ("/healthz", "/readyz", "/static/css/base.css"):
        response = visitor.open(url, buffered=True)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_a_guest_who_looks_gets_no_cookie(client: FlaskClient, host: str) -> None:
    response = client.get("/ada")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


# -- unreasonable requests


@pytest.mark.parametrize(
    ("path", "query"),
    [("/login", "next=%00"), ("/login", "next=%ff%fe"), ("/%ff%fe", ""), ("/" + "a" * 8000, ""),
     ("/login", "x=" + "y" * 60_000),
     ("/static/../webapp/core/config/values.py", ""), ("/static/%2e%2e/webapp/core/config/values.py", ""),
     ("/static/..%2fwsgi.py", "")],
)  # fmt: skip
def test_strange_addresses_are_no_error_of_ours(client: FlaskClient, path: str, query: str) -> None:
    assert 200 <= client.get(path, query_string=query, buffered=True).status_code < 500
    assert "DATABASE_URL" not in client.get(path, query_string=query).text


@pytest.mark.parametrize(
    "fields",
    [{"email": "a\0b@example.org"}, {"email": "\ud800".encode("utf-8", "surrogatepass")}, {"email": "x" * 100_000},
     {f"field{number}": "x" for number in range(5000)}],
)  # fmt: skip
def test_strange_forms_are_no_error_of_ours(client: FlaskClient, fields: dict[str, str]) -> None:
    response = client.post("/login", data=fields | {"csrf_token": token_of(client), "password": "x\0y"})
    assert 400 <= response.status_code < 500


def test_bodies_are_limited(client: FlaskClient) -> None:
    token = token_of(client)
    assert client.post("/login", data={"csrf_token": token, "email": "x" * 2_000_000}).status_code == 413
    parts = {f"f{number}": "x" for number in range(3000)} | {"csrf_token": token}
    assert client.post("/login", data=parts, content_type="multipart/form-data").status_code == 413


def test_a_method_that_is_not_meant_changes_nothing(visitor: Visitor, build: Build, host: str) -> None:
    visitor.log_in(host)
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert visitor.client.open("/settings", method=method).status_code in (200, 400, 405)
    assert visitor.client.options("/settings").headers["X-Content-Type-Options"] == "nosniff"


# -- what a page tells when something goes wrong


@pytest.fixture
def broken(app: Flask) -> Iterator[None]:
    original = app.view_functions["health.healthz"]

    def fail() -> None:
        raise RuntimeError("secret detail of ada@example.org")

    app.view_functions["health.healthz"], app.testing = fail, False
    yield
    app.view_functions["health.healthz"], app.testing = original, True


def test_an_error_page_shows_a_request_id_and_nothing_else(
    client: FlaskClient, broken: None, capfd: pytest.CaptureFixture[str]
) -> None:
    response = client.get("/healthz")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.text
    assert "secret detail" not in response.text
    assert EVERYWHERE.items() <= dict(response.headers).items()


def test_for_htmx_an_error_is_a_notice_above_the_page(client: FlaskClient) -> None:
    response = client.get("/no/such/page", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Retarget"]) == (404, "#flash")
    assert "<html" not in response.text
