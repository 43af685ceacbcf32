"""Every route responds: GET with a page and its fragment, other methods by refusing a form without a CSRF token."""

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from tests.house.routes import WITH_A_TOKEN_OF_THEIR_OWN, routes, url_of
from tests.web.pages import Visitor, token_in
from webapp.web.shared.form_tokens import form_token
from webapp.web.shared.guards import Guard, guard_of

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_every_page_renders_as_page_and_as_fragment(app: Flask, ada: FlaskClient, values: dict[str, Any]) -> None:
    broken = []
    opened = 0
    for rule in routes(app, "GET"):
        if rule.endpoint.startswith(WITH_A_TOKEN_OF_THEIR_OWN):
            continue
        url = url_of(app, rule, values)
        for headers in ({}, FRAGMENT):
            status = ada.get(url, headers=headers, buffered=True).status_code
            opened += status == 200
            if status >= 400 and MEANT.get(rule.endpoint) != status:
                broken.append((rule.endpoint, status))
    assert broken == []
    assert opened > 60


# The booking waits for nobody's yes, there is no token, feed or contact, and nothing is said of what to preview.
MEANT = {
    "tokens.confirm_revoke": 404,
    "feeds.confirm_revoke": 404,
    "calendar_files.bookings": 404,
    "calendar_files.busy_times": 404,
    "security_txt.security_txt": 404,
    "bookings.confirm_accept": 409,
    "bookings.confirm_decline": 409,
    "calendar.preview_many": 422,
}


def test_no_form_without_its_token_is_taken(app: Flask, ada: FlaskClient, values: dict[str, Any]) -> None:
    taken = {}
    sent = 0
    for rule in routes(app, "POST"):
        url = url_of(app, rule, values)
        status = ada.post(url, data={"start": "x"}).status_code
        sent += 1
        if status not in (400, 403, 404):
            taken[url] = status
    assert taken == {}
    assert sent > 20


GUESTS_FORMS = {
    "confirmation.confirm",
    "booking.book",
    "booking.once_book",
    "manage.cancel",
    "manage.move",
    "not_me.send",
    "not_me.undo",
    "privacy.send",
    "privacy.erase",
}


def test_guests_send_the_token_of_the_form_and_all_others_that_of_their_session(
    app: Flask, ada: FlaskClient, values: dict[str, Any]
) -> None:
    """Each form takes its own kind and not the other."""
    of_session = token_in(ada.get("/settings").text)
    by_form, wrong = set(), []
    for rule in routes(app, "POST"):
        url = url_of(app, rule, values)
        with app.app_context():
            of_form = form_token(url)
        is_of_guests = guard_of(app.view_functions[rule.endpoint]) in (Guard.PUBLIC, Guard.MANAGE_LINK)
        own, other = (of_form, of_session) if is_of_guests else (of_session, of_form)
        if is_of_guests:
            by_form.add(rule.endpoint)
        if ada.post(url, data={"csrf_token": other}).status_code not in (400, 404):
            wrong.append(f"{url} takes the other token")
        if rule.endpoint != "security.logout" and ada.post(url, data={"csrf_token": own}).status_code == 400:
            wrong.append(f"{url} refuses its own token")
    assert wrong == []
    assert by_form == GUESTS_FORMS


def test_pages_of_guests_set_no_cookie(app: Flask, client: FlaskClient, values: dict[str, Any]) -> None:
    guests = (Guard.PUBLIC, Guard.MANAGE_LINK)
    pages = [rule for rule in routes(app, "GET") if guard_of(app.view_functions[rule.endpoint]) in guests]
    cookies = {
        url: answer.headers["Set-Cookie"]
        for url in (url_of(app, rule, values) for rule in pages)
        if "Set-Cookie" in (answer := client.get(url, buffered=True)).headers
    }
    assert cookies == {}
    assert len(pages) > 10


def test_nobody_gets_a_host_page_of_another_host(
    app: Flask, build: Build, values: dict[str, Any], password_hash: str
) -> None:
    """Rows of Ada, asked for by Bob: they are not there."""
    build.host(slug="bob", email="bob@example.org", password_hash=password_hash)
    bob = Visitor(app.test_client())
    bob.log_in("bob@example.org")
    own = {"slug", "event_type", "token"}
    leaks = [
        url
        for rule in routes(app, "GET")
        if guard_of(app.view_functions[rule.endpoint]) is Guard.HOST and set(rule.arguments) - own
        if bob.open(url := url_of(app, rule, values)).status_code != 404
    ]
    assert leaks == []


def test_an_unknown_address_is_a_page_too(client: FlaskClient, build: Build) -> None:
    for url in (f"/{uuid.uuid4()}", "/ada/30min/none", "/calendar/none"):
        assert client.get(url).status_code == 404
