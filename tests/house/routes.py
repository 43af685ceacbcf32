"""All routes, each with a URL that it serves; the rows belong to Ada, who is a host and an admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.privacy.guests import privacy_token
from webapp.services.schedules import blocked_times
from webapp.services.shared.links import confirm_booking_url, manage_token, not_me_url
from webapp.services.webhooks.content import NewWebhook
from webapp.services.webhooks.endpoints import create_webhook

# Tested where their tokens are made.
WITH_A_TOKEN_OF_THEIR_OWN = ("security.reset_password", "security.confirm_email", "accounts.", "booking.once")
OTHER_FACES = ("admin", "api", "host.", "static")


def rows_of_ada(app: Flask, build: Build, password_hash: str) -> dict[str, Any]:
    """What can stand for each part of a URL."""
    host = build.host(slug="ada", email="ada@example.org", password_hash=password_hash, roles=("host", "admin"))
    booking = build.booking(build.slot(host, tomorrow(10)), event_type="30min")
    free = build.slot(host, tomorrow(12))
    with app.app_context():
        token, privacy = manage_token(booking.uid), privacy_token(booking.uid, booking.guest_email)
        not_me = not_me_url(booking.uid).rpartition("/")[2]
        new = NewWebhook(url="https://hooks.example.org/in", events=["slot.published"])
        away = blocked_times.NewBlockedTime(start=tomorrow(14), end=tomorrow(14) + timedelta(hours=1))
        block = blocked_times.block(away, host_id=host, actor=host_actor(host))
        webhook = create_webhook(new, host_id=host, actor=host_actor(host)).webhook
    return {
        "slug": "ada",
        "event_type": "30min",
        "uid": booking.uid,
        "token": token,
        "privacy_token": privacy,
        "confirm_token": confirm_booking_url(booking.uid).rpartition("/")[2],
        "not_me_token": not_me,
        "public_id": free.public_id,
        "block": block.public_id,
        "delivery_id": 1,
        "event_type_id": 1,
        "webhook_id": webhook.public_id,
        "schedule_id": build.row("SELECT id FROM schedule WHERE host_id = :host", host=host)[0],
    }


def routes(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.startswith(OTHER_FACES):
            yield rule


def url_of(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    if rule.endpoint.startswith("event_types."):
        values = values | {"slug": "30min"}
    if rule.endpoint.endswith("block") or "blocked" in rule.endpoint:
        values = values | {"public_id": values["block"]}
    if rule.endpoint.startswith("confirmation."):
        values = values | {"token": values["confirm_token"]}
    if rule.endpoint.startswith("not_me."):
        values = values | {"token": values["not_me_token"]}
    if rule.endpoint.startswith("privacy."):
        values = values | {"token": values["privacy_token"]}
    given = {name: values.get(name, "x") for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, given)
