"""Invalid rows about webhooks, and what is deleted with an endpoint."""

import pytest

from tests.models.attacker import INSERT_DELIVERY, Attacker, Refusal

INSERT_ENDPOINT = """
    INSERT INTO webhook_endpoint (host_id, url, events, secret_salt)
    VALUES (%(host)s, 'https://example.org/', '{booking.created}', '0123456789abcdef') RETURNING id
"""
TO_WEBHOOK = (
    INSERT_DELIVERY.replace("recipient,", "recipient, channel, webhook_endpoint_id,")
    .replace("'guest'", "'webhook:1', 'webhook', %(endpoint)s")
    .replace("%(message)s", "'msg_1'")
)
ENDPOINT = "UPDATE webhook_endpoint SET {} WHERE id = %(endpoint)s"
DELIVERY = "UPDATE delivery SET {} WHERE id = %(to_webhook)s"
MAIL = "UPDATE delivery SET {} WHERE id = %(delivery)s"
ATTEMPT = "INSERT INTO webhook_attempt (delivery_id, status, duration_ms) VALUES (%(to_webhook)s, {})"
NO_SUCH = "fk_delivery_webhook_endpoint_id_host_id_webhook_endpoint"


@pytest.fixture
def webhook(attacker: Attacker, ids: dict[str, int]) -> dict[str, int]:
    """And its one delivery, of a booking of the first host."""
    ids["endpoint"] = attacker.value(INSERT_ENDPOINT, **ids)
    ids["to_webhook"] = attacker.value(TO_WEBHOOK, **ids)
    return ids


@pytest.mark.parametrize(
    ("statement", "sqlstate", "constraint"),
    [
        (ENDPOINT.format("events = '{}'"), "23514", "ck_webhook_endpoint_events"),
        (ENDPOINT.format("url = ''"), "23514", "ck_webhook_endpoint_url_length"),
        (ENDPOINT.format("secret_salt = ''"), "23514", "ck_webhook_endpoint_secret_salt"),
        (
            ENDPOINT.format("old_secret_salt = '', old_secret_until = now()"),
            "23514",
            "ck_webhook_endpoint_old_secret_salt",
        ),
        (ENDPOINT.format("old_secret_until = now()"), "23514", "ck_webhook_endpoint_old_secret"),
        (ENDPOINT.format("disabled_at = now()"), "23514", "ck_webhook_endpoint_disabled"),
        (ENDPOINT.format("host_id = %(other_host)s"), "23503", NO_SUCH),
        (DELIVERY.format("webhook_endpoint_id = NULL"), "23514", "ck_delivery_webhook_endpoint_id"),
        (DELIVERY.format("channel = 'mail'"), "23514", "ck_delivery_webhook_endpoint_id"),
        (DELIVERY.format("channel = 'pigeon', webhook_endpoint_id = NULL"), "23514", "ck_delivery_channel"),
        (DELIVERY.format("webhook_endpoint_id = 0"), "23503", NO_SUCH),
        (MAIL.format("webhook_endpoint_id = %(endpoint)s"), "23514", "ck_delivery_webhook_endpoint_id"),
        (ATTEMPT.format("42, 1"), "23514", "ck_webhook_attempt_status"),
        (ATTEMPT.format("200, -1"), "23514", "ck_webhook_attempt_duration_ms"),
    ],
)
def test_refused(attacker: Attacker, webhook: dict[str, int], statement: str, sqlstate: str, constraint: str) -> None:
    assert attacker.refusal(statement, **webhook) == Refusal(sqlstate, constraint)


def test_another_hosts_endpoint_is_told_nothing(attacker: Attacker, webhook: dict[str, int]) -> None:
    theirs = attacker.value(INSERT_ENDPOINT, host=webhook["other_host"])
    told = TO_WEBHOOK.replace("msg_1", "msg_2").replace("webhook:1", "webhook:2")
    assert attacker.refusal(told, **webhook | {"endpoint": theirs}) == Refusal("23503", NO_SUCH)


def test_deliveries_and_attempts_go_with_their_endpoint_and_mails_stay(
    attacker: Attacker, webhook: dict[str, int]
) -> None:
    attacker.run(ATTEMPT.format("200, 12"), **webhook)
    attacker.run("DELETE FROM webhook_endpoint")
    assert attacker.value("SELECT count(*) FROM webhook_attempt") == 0
    assert attacker.value("SELECT count(*) FROM delivery WHERE channel = 'webhook'") == 0
    assert attacker.value("SELECT count(*) FROM delivery") == 2
