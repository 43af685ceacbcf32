"""Every route answers: GET with a page and a fragment of it, the others with a no to a form without token."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.builders import Build, tomorrow
from tests.web.pages import Visitor
from webapp.domain.actor import host_actor
from webapp.services.guest_requests import privacy_token
from webapp.services.manage_links import manage_token
from webapp.services.webhooks import NewWebhook, create_webhook
from webapp.web.guards import Guard, guard_of

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
# Tested where their tokens are made.
WITH_A_TOKEN_OF_THEIR_OWN = ("security.reset_password", "security.confirm_email", "accounts.", "booking.once")
OTHER_FACES = ("admin", "api", "host.", "static")


@pytest.fixture
def values(app: Flask, build: Build, password_hash: str) -> dict[str, Any]:
    """What can stand for each part of a URL: rows of Ada, who is a host and an admin."""
    host = build.host(slug="ada", email="ada@example.org", password_hash=password_hash, roles=("host", "admin"))
    booking = build.booking(build.slot(host, tomorrow(10)), event_type="30min")
    free = build.slot(host, tomorrow(12))
    with app.app_context():
        token, privacy = manage_token(booking.uid), privacy_token(booking.uid, booking.guest_email)
        new = NewWebhook(url="https://hooks.example.org/in", events=["slot.published"])
        webhook = create_webhook(new, host_id=host, actor=host_actor(host)).webhook
    return {
        "slug": "ada",
        "event_type": "30min",
        "uid": booking.uid,
        "token": token,
        "privacy_token": privacy,
        "public_id": free.public_id,
        "delivery_id": 1,
        "event_type_id": 1,
        "webhook_id": webhook.public_id,
        "schedule_id": build.row("SELECT id FROM schedule WHERE host_id = :host", host=host)[0],
    }


@pytest.fixture
def ada(app: Flask, values: dict[str, Any]) -> FlaskClient:
    visitor = Visitor(app.test_client())
    visitor.log_in("ada@example.org")
    assert visitor.is_logged_in
    return visitor.client


def routes(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.startswith(OTHER_FACES):
            yield rule


def url_of(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    if rule.endpoint.startswith("event_types."):
        values = values | {"slug": "30min"}
    if rule.endpoint.startswith("privacy."):
        values = values | {"token": values["privacy_token"]}
    given = {name: values.get(name, "x") for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, given)


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


# The booking waits for nobody's yes, there is no blocked time, token or feed, and nothing is said of what to preview.
MEANT = {
    "tokens.confirm_revoke": 404,
    "feeds.confirm_revoke": 404,
    "calendar_files.bookings": 404,
    "calendar_files.busy_times": 404,
    "availability.confirm_unblock": 404,
    "availability.edit_blocked": 404,
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
