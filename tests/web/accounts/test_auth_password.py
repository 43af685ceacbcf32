"""Resetting and changing a password, and what this invalidates."""

import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask_security.recoverable import generate_reset_password_token

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor, errors_of, token_of
from webapp.identity import hosts

Browser = Callable[[], Visitor]
OTHER = "another battery staple"


def reset_link(app: Flask, email: str) -> str:
    """As the mail has it."""
    with app.test_request_context():
        return f"/reset/{generate_reset_password_token(hosts.find_user(email=email))}"


def test_a_forgotten_password(app: Flask, visitor: Visitor, build: Build, host: str) -> None:
    assert visitor.submit("/reset", email=host).status_code == 200
    assert build.rows("SELECT kind FROM outbox_event") == [("account.reset",)]
    response = visitor.submit(reset_link(app, host), password=OTHER, password_confirm=OTHER)
    assert (response.status_code, response.location) == (303, "/login")
    assert visitor.log_in(host, PASSWORD).status_code == 422
    assert visitor.log_in(host, OTHER).status_code == 303
    assert build.rows("SELECT kind FROM outbox_event ORDER BY id")[1:] == [("account.password_changed",)]


def test_known_and_unknown_addresses_get_one_answer(visitor: Visitor, build: Build, host: str) -> None:
    known = visitor.submit("/reset", email=host).text
    unknown = visitor.submit("/reset", email="xyz@example.org").text
    strip = lambda page, address: page.split("<main")[0].split('id="flash"')[1].replace(address, "")  # noqa: E731
    assert strip(known, host) == strip(unknown, "xyz@example.org")
    assert "mail with a link" in strip(known, host)
    assert build.row("SELECT count(*) FROM outbox_event")[0] == 1


def test_a_reset_link_works_once_and_opening_it_changes_nothing(app: Flask, visitor: Visitor, host: str) -> None:
    link = reset_link(app, host)
    visitor.open(link)
    visitor.open(link)
    assert visitor.submit(link, password=OTHER, password_confirm=OTHER).location == "/login"
    assert visitor.open(link).location == "/reset"
    token = token_of(visitor.client)
    again = {"csrf_token": token, "password": PASSWORD, "password_confirm": PASSWORD}
    assert visitor.client.post(link, data=again).location == "/reset"
    assert visitor.log_in(host, OTHER).status_code == 303


def test_a_reset_link_is_good_for_an_hour(
    app: Flask, visitor: Visitor, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = reset_link(app, host)
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 3500)
    assert visitor.open(link).status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 3700)
    assert visitor.open(link).location == "/reset"


def test_a_changed_password_ends_links_and_other_sessions(
    app: Flask, visitor: Visitor, another_browser: Browser, build: Build, host: str
) -> None:
    phone = another_browser()
    visitor.log_in(host)
    phone.log_in(host)
    link, before = reset_link(app, host), visitor.cookie()
    response = visitor.submit(
        "/settings/password",
        action="/settings/password",
        password=PASSWORD,
        new_password=OTHER,
        new_password_confirm=OTHER,
    )
    assert (response.status_code, response.location) == (303, "/settings")
    assert visitor.is_logged_in
    assert visitor.cookie() != before
    assert not phone.is_logged_in
    assert another_browser().open(link).location == "/reset"
    assert build.rows("SELECT kind FROM outbox_event") == [("account.password_changed",)]


def test_a_reset_ends_all_sessions(app: Flask, visitor: Visitor, another_browser: Browser, host: str) -> None:
    visitor.log_in(host)
    another_browser().submit(reset_link(app, host), password=OTHER, password_confirm=OTHER)
    assert not visitor.is_logged_in


def test_changing_needs_the_old_password(visitor: Visitor, host: str) -> None:
    visitor.log_in(host)
    fields = {"password": "wrong wrong wrong", "new_password": OTHER, "new_password_confirm": OTHER}
    response = visitor.submit("/settings/password", action="/settings/password", **fields)
    assert response.status_code == 422
    assert "wrong" in errors_of(response)


@pytest.mark.parametrize("password", ["p" * 9, "\u00e9" * 10, "p" * 128, "p" * 129])
def test_lengths_of_passwords(app: Flask, visitor: Visitor, host: str, password: str) -> None:
    response = visitor.submit(reset_link(app, host), password=password, password_confirm=password)
    assert response.status_code == (303 if 10 <= len(password) <= 128 else 422)
