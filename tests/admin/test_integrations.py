"""The admin's tables of tokens, feeds and webhooks: everything except the secrets, and revoking them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Build
from tests.page_fixtures import Act
from webapp.domain.actor import host_actor
from webapp.services.accounts import tokens
from webapp.services.ical import feeds
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import NewWebhook

URL = "https://hooks.example.org/in/T0pSecret"
TABLES = ("tokens", "feeds", "webhooks", "messages", "attempts")


@pytest.fixture
def secrets(app: Flask, build: Build) -> tuple[str, ...]:
    """Of a token, a feed and a webhook, with one message and one try: what nobody must read, as it is and as kept."""
    host = build.host(slug="ada")
    with app.app_context():
        whose = {"host_id": host, "actor": host_actor(host)}
        token = tokens.create_token(tokens.NewToken(name="Night backup"), **whose)
        feed = feeds.create_feed(feeds.NewFeed(name="Night phone"), **whose)
        new = NewWebhook(url=URL, events=["booking.created"], description="Night billing")
        made = endpoints.create_webhook(new, **whose)
        endpoints.send_test(made.webhook.public_id, **whose)
    build.row("INSERT INTO webhook_attempt (delivery_id, status) SELECT id, 503 FROM delivery RETURNING id")
    kept = build.row("SELECT token_hash, secret_hash, secret_salt FROM api_token, feed, webhook_endpoint")
    return token, feed, made.secret, "T0pSecret", *(text for value in kept for text in (value.hex(), str(value)))


@pytest.mark.parametrize("table", TABLES)
def test_secrets_are_in_no_list_no_details_and_no_export(
    admin: FlaskClient, build: Build, secrets: tuple[str, ...], table: str
) -> None:
    kept = {"tokens": "api_token", "feeds": "feed", "webhooks": "webhook_endpoint", "messages": "delivery"}
    row = build.row(f"SELECT id FROM {kept.get(table, 'webhook_attempt')}")[0]
    for path in ("", f"details/?id={row}", "export/csv/"):
        answer = admin.get(f"/admin/{table}/{path}")
        assert answer.status_code == 200
        assert "503" in answer.text if table == "attempts" else "ada" in answer.text
        assert [secret for secret in secrets if secret in answer.text] == [], path


@pytest.mark.parametrize(
    ("table", "word"),
    [("tokens", "backup"), ("feeds", "phone"), ("webhooks", "billing"), ("messages", "webhook.test"),
     ("attempts", "msg_")],
)  # fmt: skip
def test_search_finds(admin: FlaskClient, secrets: tuple[str, ...], table: str, word: str) -> None:
    assert "There are no items" not in admin.get(f"/admin/{table}/?search={word}").text
    for unknown in ("nothing-like-this", "T0pSecret"):
        assert "There are no items" in admin.get(f"/admin/{table}/?search={unknown}").text


@pytest.mark.parametrize(("table", "kept"), [("tokens", "api_token"), ("feeds", "feed")])
def test_what_leaked_is_revoked(
    admin: FlaskClient, act: Act, build: Build, secrets: tuple[str, ...], table: str, kept: str
) -> None:
    row = build.row(f"SELECT id FROM {kept}")[0]
    assert act(table, "revoke", row).status_code == 302
    assert build.row(f"SELECT count(*) FROM {kept}")[0] == 0
    entry = build.row("SELECT actor_kind, object_id FROM audit_entry WHERE action = :action", action=f"{kept}.revoked")
    assert tuple(entry) == ("admin", row)
    act(table, "revoke", row)  # of which a second admin still has the list
    assert "not_found" in admin.get(f"/admin/{table}/").text


def test_a_webhook_is_switched_off(act: Act, build: Build, secrets: tuple[str, ...]) -> None:
    row = build.row("SELECT id FROM webhook_endpoint")[0]
    assert act("webhooks", "switch_off", row).status_code == 302
    assert build.row("SELECT is_active FROM webhook_endpoint")[0] is False
    assert build.row("SELECT status FROM delivery")[0] == "skipped"
    assert build.row("SELECT actor_kind FROM audit_entry WHERE action = 'webhook.changed'")[0] == "admin"


def test_mails_are_not_among_the_messages(admin: FlaskClient, build: Build, secrets: tuple[str, ...]) -> None:
    mail = build.row(
        "INSERT INTO delivery (event_id, kind, channel, recipient, host_id, message_id)"
        " SELECT event_id, 'mail.kind', 'mail', 'guest', host_id, 'mail-id' FROM delivery RETURNING id"
    )[0]
    assert "mail.kind" in admin.get("/admin/deliveries/export/csv/").text
    assert "mail.kind" not in admin.get("/admin/messages/export/csv/").text
    assert admin.get(f"/admin/messages/details/?id={mail}").status_code == 302
