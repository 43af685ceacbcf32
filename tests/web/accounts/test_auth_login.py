"""Logging in and out, and the validity of sessions."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor, errors_of, token_of
from webapp import create_app
from webapp.core.extensions import db
from webapp.web.accounts import options

Browser = Callable[[], Visitor]


def test_logging_in_leads_to_the_calendar(visitor: Visitor, host: str) -> None:
    response = visitor.log_in(host)
    assert (response.status_code, response.location) == (303, "/calendar")
    assert visitor.is_logged_in


def test_the_case_of_an_address_does_not_matter(visitor: Visitor, host: str) -> None:
    visitor.log_in(host.upper())
    assert visitor.is_logged_in


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(visitor: Visitor, host: str) -> None:
    wrong = visitor.log_in(host, "not the password")
    unknown = visitor.log_in("nobody@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert errors_of(wrong) == errors_of(unknown) != ""
    assert not visitor.is_logged_in


def test_who_has_not_confirmed_is_told_so_only_with_the_right_password(
    visitor: Visitor, build: Build, password_hash: str
) -> None:
    build.host(email="new@example.org", password_hash=password_hash, confirmed=False)
    assert (
        "Confirm your address" in errors_of(visitor.log_in("new@example.org")) + visitor.log_in("new@example.org").text
    )
    assert not visitor.is_logged_in
    assert "Confirm your address first" not in visitor.log_in("new@example.org", "not the password").text


@pytest.mark.parametrize("pattern", ["\u200e{}", "{}\u200b", "\u00a0{}\ufeff"])
def test_marks_around_the_address_lock_nobody_out(visitor: Visitor, host: str, pattern: str) -> None:
    visitor.log_in(pattern.format(host))
    assert visitor.is_logged_in


def test_a_closed_account_cannot_log_in(visitor: Visitor, build: Build, host: str) -> None:
    build.row("UPDATE host SET active = false RETURNING id")
    assert visitor.log_in(host).status_code == 422
    assert not visitor.is_logged_in


def test_closing_an_account_ends_its_sessions(visitor: Visitor, build: Build, host: str) -> None:
    visitor.log_in(host)
    build.row("UPDATE host SET active = false RETURNING id")
    assert not visitor.is_logged_in


def test_the_session_changes_at_login_and_logout(visitor: Visitor, host: str) -> None:
    visitor.open("/login")
    before = visitor.cookie()
    visitor.log_in(host)
    during = visitor.cookie()
    visitor.log_out()
    assert len({before, during, visitor.cookie()}) == 3
    assert not visitor.is_logged_in


def test_a_copied_cookie_is_worth_nothing_after_logging_out(
    app: Flask, visitor: Visitor, another_browser: Browser, host: str
) -> None:
    visitor.log_in(host)
    thief = another_browser()
    thief.client.set_cookie("session", visitor.cookie() or "")
    assert thief.is_logged_in
    visitor.log_out()
    thief.client.set_cookie("session", visitor.cookie() or "")
    assert not thief.is_logged_in


def test_a_token_from_before_login_is_refused_after_it(visitor: Visitor, host: str) -> None:
    page = visitor.open("/login").text
    old_token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    visitor.log_in(host)
    assert visitor.client.post("/logout", data={"csrf_token": old_token}).status_code == 400
    assert visitor.is_logged_in


def test_two_devices_log_out_on_their_own(visitor: Visitor, another_browser: Browser, host: str) -> None:
    phone = another_browser()
    visitor.log_in(host)
    phone.log_in(host)
    phone.log_out()
    assert visitor.is_logged_in
    assert not phone.is_logged_in


def test_a_get_does_not_log_out(visitor: Visitor, host: str) -> None:
    visitor.log_in(host)
    assert visitor.open("/logout").status_code in (404, 405)
    assert visitor.is_logged_in


def test_after_logging_in_one_comes_back(visitor: Visitor, host: str) -> None:
    wanted = visitor.open("/settings")
    assert (wanted.status_code, wanted.location) == (303, "/login?next=/settings")
    assert visitor.submit(wanted.location, email=host, password=PASSWORD).location == "/settings"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", r"/\evil.example", r"\\evil.example", "/%5Cevil\n",
     "javascript:alert(1)", " //evil.example", "/\t/evil.example", "http:evil.example", "//localhost@evil.example"],
)  # fmt: skip
def test_nobody_is_sent_to_other_sites(visitor: Visitor, host: str, target: str) -> None:
    asked = visitor.client.get("/login", query_string={"next": target})
    token = token_of(visitor.client)
    fields = {"email": host, "password": PASSWORD, "csrf_token": token, "next": target}
    posted = visitor.client.post("/login", data=fields)
    assert "evil" not in (asked.location or "") + (posted.location or "")
    assert asked.status_code == posted.status_code == 400


def test_a_lost_session_sends_htmx_to_the_login_page_and_back(visitor: Visitor) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/settings?tab=1"}
    response = visitor.open("/settings", headers=headers)
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/login?next=/settings?tab%3D1")


def test_tokens_in_urls_and_headers_log_nobody_in(app: Flask, visitor: Visitor, host: str) -> None:
    from webapp.identity import hosts

    with app.test_request_context():
        token = hosts.find_user(email=host).get_auth_token()
    assert visitor.open(f"/settings?auth_token={token}").status_code == 303
    assert visitor.open("/settings", headers={"Authentication-Token": token}).status_code == 303


def test_forms_only(visitor: Visitor, host: str) -> None:
    token = token_of(visitor.client)
    response = visitor.client.post("/login", json=[1], headers={"X-CSRFToken": token})
    assert response.status_code == 415


@pytest.fixture
def costly(app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """A visitor of an instance that hashes passwords at a cost which can be measured."""
    cost = {"argon2__memory_cost": 19_456, "argon2__time_cost": 2, "argon2__parallelism": 1}
    monkeypatch.setitem(options.OPTIONS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", cost)
    made = create_app(app.extensions["settings"])
    yield Visitor(made.test_client())
    with made.app_context():
        db.engine.dispose()


def test_a_wrong_password_takes_as_much_processor_time_without_an_account(costly: Visitor, host: str) -> None:
    """The least of several by turns. A hash is most of it, so one more or less would be a factor of two or more."""
    costly.log_in(host)  # the hash of the account gets the cost of this instance
    costly.log_out()
    token, least = token_of(costly.client), dict.fromkeys((host, "nobody@example.org"), 60.0)
    for _ in range(6):
        for email, before in list(least.items()):
            began = time.thread_time()
            costly.client.post("/login", data={"csrf_token": token, "email": email, "password": "not the password"})
            least[email] = min(before, time.thread_time() - began)
    assert 0.6 < least[host] / least["nobody@example.org"] < 1.7
