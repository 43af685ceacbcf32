"""Webhooks in the API: create, read, change, delete, test, the history of messages and sending one again."""

import uuid
from typing import Any

import pytest

from tests.api.caller import Caller, Specification, code_of, fields_at_fault
from tests.builders import Build
from webapp.api.spec.examples import WEBHOOK
from webapp.domain.webhook_events import TEST, WebhookEvent

NEW: dict[str, Any] = {"url": "https://hooks.example.org/in", "events": ["booking.created", "booking.cancelled"]}


def made(host: Caller, **given: Any) -> str:
    """The path of a new webhook."""
    response = host.post("/webhooks", NEW | given)
    assert response.status_code == 201
    return f"/webhooks/{response.get_json()['id']}"


def test_a_webhook_is_made_and_its_secret_shown_once(host: Caller) -> None:
    response = host.post("/webhooks", NEW)
    webhook = response.get_json()
    assert webhook.pop("secret").startswith("whsec_")
    assert set(webhook) == set(WEBHOOK)
    assert webhook | NEW == webhook
    assert (webhook["is_active"], webhook["description"], webhook["disabled_at"]) == (True, "", None)
    assert response.headers["Location"] == f"/api/v1/webhooks/{webhook['id']}"
    assert host.get(f"/webhooks/{webhook['id']}").get_json() == webhook
    assert host.get("/webhooks").get_json() == {"data": [webhook], "next_cursor": None}


def test_the_same_request_again_has_the_same_secret_which_is_kept_nowhere(host: Caller, build: Build) -> None:
    first, second = (host.post("/webhooks", NEW, Idempotency_Key="once") for _ in range(2))
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (second.status_code, second.data) == (201, first.data)
    assert second.headers["Location"] == first.headers["Location"]
    assert build.row("SELECT count(*) FROM webhook_endpoint")[0] == 1
    secret = first.get_json()["secret"].removeprefix("whsec_")
    kept = build.row("SELECT answer::text FROM idempotency_key")[0]
    assert "answer" not in kept
    assert secret not in kept


def test_of_one_that_is_gone_there_is_no_first_answer_any_more(host: Caller) -> None:
    made = host.post("/webhooks", NEW, Idempotency_Key="once").get_json()
    host.delete(f"/webhooks/{made['id']}")
    assert code_of(host.post("/webhooks", NEW, Idempotency_Key="once")) == "not_found"


def test_events_are_kept_once_each_in_their_usual_order(host: Caller) -> None:
    given = ["slot.published", "booking.created", "slot.published"]
    path = made(host, events=given)
    assert host.get(path).get_json()["events"] == ["booking.created", "slot.published"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "ftp://example.org"}, "url"), ({"url": "http://127.0.0.2/"}, "url"), ({"url": ""}, "url"),
        ({"url": "https://example.org/" + "x" * 2000}, "url"), ({"url": "https://a@example.org"}, "url"),
        ({"url": None}, "url"), ({"events": []}, "events"), ({"events": ["webhook.test"]}, "events.0"),
        ({"events": "booking.created"}, "events"), ({"description": "x" * 5000}, "description"),
        ({"is_active": 1}, "is_active"), ({"secret": "whsec_mine"}, "secret"), ({"disabled_at": None}, "disabled_at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(host: Caller, build: Build, wrong: dict[str, Any], field: str) -> None:
    response = host.post("/webhooks", NEW | wrong)
    assert (response.status_code, fields_at_fault(response)) == (422, [field])
    path = made(host)
    before = host.get(path).data
    response = host.patch(path, wrong)
    assert (response.status_code, fields_at_fault(response)) == (422, [field])
    assert host.get(path).data == before
    assert build.row("SELECT count(*) FROM webhook_endpoint")[0] == 1


def test_what_is_left_out_of_a_change_stays(host: Caller) -> None:
    path = made(host, description="Billing")
    before = host.get(path).get_json()
    assert host.patch(path, {}).get_json() == before
    assert host.patch(path, {"is_active": False}).get_json() == before | {"is_active": False}
    changed = host.patch(path, {"events": ["slot.published"], "description": ""}).get_json()
    assert changed == before | {"is_active": False, "events": ["slot.published"], "description": ""}


def test_a_change_decided_by_an_older_state_is_refused(host: Caller) -> None:
    path = made(host)
    tag = host.get(path).headers["ETag"]
    assert host.get(path, If_None_Match=tag).status_code == 304
    assert host.patch(path, {"description": "First"}, If_Match=tag).status_code == 200
    assert host.patch(path, {"description": "Second"}, If_Match=tag).status_code == 412
    assert host.delete(path, If_Match=tag).status_code == 412
    assert host.get(path).get_json()["description"] == "First"


def test_one_that_the_system_switched_off_says_so_until_it_is_switched_on(host: Caller, build: Build) -> None:
    path = made(host)
    build.row("UPDATE webhook_endpoint SET is_active = false, disabled_at = now() RETURNING id")
    assert host.get(path).get_json()["disabled_at"]
    changed = host.patch(path, {"is_active": True}).get_json()
    assert (changed["is_active"], changed["disabled_at"]) == (True, None)


def test_nothing_is_sent_to_one_that_is_off(host: Caller, build: Build) -> None:
    path = made(host)
    message = host.post(f"{path}/test").get_json()["id"]
    host.patch(path, {"is_active": False})
    for sending in (f"{path}/test", f"{path}/deliveries/{message}/redeliver"):
        response = host.post(sending)
        assert (response.status_code, code_of(response)) == (409, "webhook_off")
    assert [row.status for row in build.rows("SELECT status FROM delivery")] == ["skipped"]


def test_what_is_deleted_is_gone_with_its_deliveries(host: Caller, build: Build) -> None:
    path = made(host)
    host.post(f"{path}/test")
    assert host.delete(path).status_code == 204
    assert host.get(path).status_code == 404
    assert host.delete(path).status_code == 404
    assert build.row("SELECT count(*) FROM delivery")[0] == 0


def test_a_test_is_a_message_that_waits(host: Caller) -> None:
    path = made(host)
    response = host.post(f"{path}/test")
    assert response.status_code == 202
    sent = response.get_json()
    assert (sent["event"], sent["status"], sent["attempts"], sent["delivered_at"]) == (TEST, "waiting", [], None)
    assert sent["id"].startswith("msg_")
    assert host.get(f"{path}/deliveries").get_json()["data"] == [sent]


def test_deliveries_come_newest_first_page_by_page(host: Caller) -> None:
    path = made(host)
    ids = [host.post(f"{path}/test").get_json()["id"] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = host.get(f"{path}/deliveries?limit=2{cursor}").get_json()
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]
    assert fields_at_fault(host.get(f"{path}/deliveries?cursor=x")) == ["cursor"]
    foreign = host.get(f"{path}/deliveries?limit=2").get_json()["next_cursor"]
    assert fields_at_fault(host.get(f"{made(host)}/deliveries?cursor={foreign}")) == ["cursor"]


def test_attempts_are_told_with_status_and_time_alone(host: Caller, build: Build) -> None:
    path = made(host)
    host.post(f"{path}/test")
    build.rows(
        "INSERT INTO webhook_attempt (delivery_id, duration_ms, status)"
        " SELECT id, 84, answer FROM delivery, (VALUES (500), (NULL), (204)) AS answers (answer) RETURNING id"
    )
    build.row("UPDATE delivery SET status = 'sent', sent_at = now(), attempts = 2, last_error = 'why' RETURNING id")
    response = host.get(f"{path}/deliveries")
    found = response.get_json()["data"][0]
    assert (found["status"], found["next_attempt_at"]) == ("sent", None)
    assert found["delivered_at"]
    assert [(one["status"], one["duration_ms"]) for one in found["attempts"]] == [(500, 84), (None, 84), (204, 84)]
    assert "why" not in response.text


def test_a_message_is_sent_again_with_the_same_id(host: Caller, build: Build) -> None:
    path = made(host)
    first = host.post(f"{path}/test").get_json()["id"]
    build.row("UPDATE delivery SET status = 'sent', sent_at = now() RETURNING id")
    response = host.post(f"{path}/deliveries/{first}/redeliver")
    assert response.status_code == 202
    again = response.get_json()
    assert (again["id"], again["status"], again["delivered_at"]) == (first, "waiting", None)
    assert len(host.get(f"{path}/deliveries").get_json()["data"]) == 1


def test_a_message_is_found_under_its_own_webhook_alone(host: Caller, build: Build) -> None:
    path, other = made(host), made(host)
    message = host.post(f"{path}/test").get_json()["id"]
    build.row("UPDATE delivery SET status = 'sent', sent_at = now() RETURNING id")
    for absent in (
        f"{other}/deliveries/{message}",
        f"{path}/deliveries/msg_0",
        f"/webhooks/{uuid.uuid4()}/deliveries/x",
    ):
        assert code_of(host.post(f"{absent}/redeliver")) == "not_found"
    assert build.row("SELECT status FROM delivery")[0] == "sent"


def test_mails_are_no_messages(host: Caller, build: Build, ada: int) -> None:
    path = made(host)
    build.booking(build.slot(ada))
    assert host.get(f"{path}/deliveries").get_json()["data"] == []


def test_each_event_has_its_message_in_the_specification(specification: Specification) -> None:
    described = specification.document["webhooks"]
    assert set(described) == {*WebhookEvent, TEST}
    for event, item in described.items():
        another = "booking.created" if event != "booking.created" else "booking.confirmed"
        content = item["post"]["requestBody"]["content"]["application/json"]
        assert content["example"]["type"] == event
        specification.validate(content["schema"], content["example"])
        with pytest.raises(ValueError, match="type"):
            specification.validate(content["schema"], content["example"] | {"type": another})
        names = [header["name"] for header in item["post"]["parameters"]]
        assert names == ["webhook-id", "webhook-timestamp", "webhook-signature"]
