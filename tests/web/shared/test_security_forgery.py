"""Changes are accepted only from the application's own pages, with the CSRF token of the session."""

import time

import pytest
from flask.testing import FlaskClient

from tests.web.pages import PASSWORD, Visitor, token_of


@pytest.mark.parametrize(
    "url", ["/login", "/logout", "/register", "/reset", "/confirm", "/settings", "/settings/password"]
)
def test_no_change_without_a_token(visitor: Visitor, host: str, url: str) -> None:
    visitor.log_in(host)
    assert visitor.client.post(url, data={"email": host}).status_code == 400
    assert visitor.client.post(url, data={"email": host, "csrf_token": "wrong"}).status_code == 400
    assert visitor.is_logged_in


def test_a_change_of_what_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.post("/no/such/page/at/all").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "http://localhost.evil.example"}, {"Origin": "http://localhost:81"},
     {"Origin": "http://["}, {"Origin": "http://[::1"}, {"Origin": "javascript://localhost"}, {"Origin": "//localhost"},
     {"Origin": "http://localhost/evil"}, {"Origin": ""},
     {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}],
)  # fmt: skip
def test_no_change_from_another_site_even_with_a_token(visitor: Visitor, host: str, headers: dict[str, str]) -> None:
    fields = {"email": host, "password": PASSWORD, "csrf_token": token_of(visitor.client)}
    assert visitor.client.post("/login", data=fields, headers=headers).status_code == 403
    assert not visitor.is_logged_in


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}, {"Origin": "null"}],
)
def test_our_own_pages_may(visitor: Visitor, host: str, headers: dict[str, str]) -> None:
    fields = {"email": host, "password": PASSWORD, "csrf_token": token_of(visitor.client)}
    assert visitor.client.post("/login", data=fields, headers=headers).status_code == 303


def test_a_page_open_for_long_can_still_be_sent(visitor: Visitor, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token, now = token_of(visitor.client), time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 5 * 3600)
    fields = {"email": host, "password": PASSWORD, "csrf_token": token}
    assert visitor.client.post("/login", data=fields).status_code == 303
