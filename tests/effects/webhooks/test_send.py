"""Messages to webhooks: which webhook gets which event, and the content. Sent to real servers on this machine."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from standardwebhooks.webhooks import WebhookVerificationError

from tests.builders import Build, tomorrow
from tests.effects.servers import Server
from tests.effects.webhook_harness import Hooks, messages, types, verified
from webapp.domain.actor import SYSTEM, host_actor, manage_link_actor
from webapp.domain.webhook_events import WebhookEvent
from webapp.services.accounts.tokens import NewToken, create_token
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token
from webapp.services.slots import slots
from webapp.services.slots.slots import SlotChange, change_slot
from webapp.services.webhooks import endpoints

pytestmark = pytest.mark.usefixtures("local", "context")


def test_a_booking_is_created_and_confirmed_moved_and_cancelled(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver)
    actor = host_actor(hooks.host_id)
    booking = build.booking(build.slot(hooks.host_id, tomorrow(10)))
    later = build.slot(hooks.host_id, tomorrow(12))
    bookings.reschedule(booking.uid, later.start, actor=actor)
    bookings.cancel(booking.uid, actor=actor, reason="Ill")
    hooks.run()
    assert types(receiver) == [
        "slot.published",
        "booking.created",
        "booking.confirmed",
        "slot.published",
        "booking.rescheduled",
        "booking.cancelled",
    ]
    assert {state for _, state in hooks.states()} == {"sent"}
    assert hooks.attempts() == [200] * 6


@pytest.fixture
def request_for(build: Build, hooks: Hooks) -> Callable[[], BookingView]:
    """A booking that waits for the host's yes."""
    build.event_type(hooks.host_id, requires_confirmation=True)
    days = itertools.count(1)
    return lambda: build.booking(build.slot(hooks.host_id, tomorrow(days=next(days))))


def test_a_request_is_created_and_confirmed_when_it_is_accepted(
    hooks: Hooks, receiver: Server, build: Build, request_for: Callable[[], BookingView]
) -> None:
    hooks.make(receiver, *[event for event in WebhookEvent if event.startswith("booking.")])
    booking = request_for()
    hooks.run()
    assert types(receiver) == ["booking.created"]
    assert messages(receiver)[0]["data"]["status"] == "pending"
    later = build.slot(hooks.host_id, tomorrow(15, days=9))
    bookings.reschedule(booking.uid, later.start, actor=host_actor(hooks.host_id))
    decisions.accept(booking.uid, actor=host_actor(hooks.host_id))
    hooks.run()
    assert types(receiver) == ["booking.created", "booking.rescheduled", "booking.confirmed"]


def test_a_request_is_declined_by_the_host_or_by_time(
    hooks: Hooks, receiver: Server, request_for: Callable[[], BookingView]
) -> None:
    hooks.make(receiver, "booking.declined")
    decisions.decline(request_for().uid, actor=host_actor(hooks.host_id))
    request_for()
    hooks.execute("UPDATE booking SET expires_at = now() WHERE status = 'pending'")
    assert decisions.expire_pending() == 1
    hooks.run()
    assert types(receiver) == ["booking.declined"] * 2


def test_a_guest_who_did_not_come(hooks: Hooks, receiver: Server, build: Build, mailer: Any) -> None:
    hooks.make(receiver, "booking.no_show")
    booking = build.booking(build.slot(hooks.host_id))
    mailer.bring_start_to(-60)
    decisions.mark_no_show(booking.uid, actor=host_actor(hooks.host_id))
    hooks.run()
    assert types(receiver) == ["booking.no_show"]
    assert messages(receiver)[0]["data"]["status"] == "no_show"


def test_each_published_slot_is_told_in_order_and_a_booked_time_is_none(
    hooks: Hooks, receiver: Server, build: Build
) -> None:
    hooks.make(receiver, "slot.published")
    published = build.slots(hooks.host_id, [tomorrow(12), tomorrow(10), tomorrow(11)])
    hooks.run()
    assert [message["data"]["id"] for message in messages(receiver)] == [str(slot.public_id) for slot in published]
    build.booking(published[0])
    hooks.run()
    assert len(receiver.requests) == 3


def test_a_slot_that_was_taken_back_is_not_told(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver, "slot.published")
    slot = build.slot(hooks.host_id)
    slots.withdraw(slot.public_id, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
    hooks.run()
    assert receiver.requests == []
    assert hooks.states() == [("slot.published", "skipped")]


def test_a_slot_published_anew_is_told_with_its_new_id(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver, "slot.published")
    slot = build.slot(hooks.host_id)
    change = SlotChange(duration_minutes=60, event_type="60min")
    moved = change_slot(slot.public_id, change, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
    hooks.run()
    assert [message["data"]["id"] for message in messages(receiver)] == [str(moved.public_id)]


def test_only_what_is_subscribed_while_it_is_on_and_only_ones_own(
    hooks: Hooks, receiver: Server, build: Build, app: Any
) -> None:
    hooks.make(receiver, "booking.cancelled")
    hooks.make(receiver, is_active=False)
    other = Hooks(app, hooks.owner, build.host())
    other.make(receiver)
    build.booking(build.slot(hooks.host_id))
    hooks.run()
    assert receiver.requests == []
    assert hooks.rows("SELECT 1 FROM delivery WHERE channel = 'webhook'") == []


def test_nothing_is_written_for_hosts_without_webhooks(hooks: Hooks, build: Build) -> None:
    build.slot(hooks.host_id)
    assert hooks.rows("SELECT 1 FROM outbox_event") == []


def test_each_webhook_has_a_message_of_its_own(hooks: Hooks, receiver: Server, build: Build) -> None:
    first, second = hooks.make(receiver, "booking.created"), hooks.make(receiver, "booking.created")
    build.booking(build.slot(hooks.host_id))
    hooks.run()
    hooks.execute("UPDATE outbox_event SET dispatched_at = NULL")
    hooks.run()
    assert len(receiver.requests) == 2
    assert receiver.headers(0)["webhook-id"] != receiver.headers(1)["webhook-id"]
    assert verified(receiver, first.secret, 0) == verified(receiver, second.secret, 1)


def test_another_library_verifies_the_signature_and_refuses_another_secret(
    hooks: Hooks, receiver: Server, build: Build
) -> None:
    made = hooks.make(receiver, "booking.created", "booking.confirmed")
    build.booking(build.slot(hooks.host_id), name="Zoë Ünal", subject="日本語 \u2713")
    hooks.run()
    assert verified(receiver, made.secret, 0)["data"]["guest"]["name"] == "Zoë Ünal"
    assert receiver.headers(0)["webhook-id"] != receiver.headers(1)["webhook-id"]
    renewed = endpoints.renew_secret(made.webhook.public_id, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
    with pytest.raises(WebhookVerificationError):
        verified(receiver, renewed, 0)
    hooks.send_test()
    hooks.run()
    assert verified(receiver, renewed)["type"] == "webhook.test"
    receiver.requests.append(receiver.requests[-1].replace(b"webhook.test", b"webhook.tset"))
    with pytest.raises(WebhookVerificationError):
        verified(receiver, renewed)


def test_the_old_secret_signs_for_a_day_and_one_before_it_no_more(hooks: Hooks, receiver: Server) -> None:
    made = hooks.make(receiver)
    args = {"host_id": hooks.host_id, "actor": host_actor(hooks.host_id)}
    first, second = made.secret, endpoints.renew_secret(made.webhook.public_id, **args)
    hooks.send_test()
    hooks.run()
    assert verified(receiver, first) == verified(receiver, second)
    third = endpoints.renew_secret(made.webhook.public_id, **args)
    hooks.send_test()
    hooks.run()
    assert verified(receiver, second) == verified(receiver, third)
    with pytest.raises(WebhookVerificationError):
        verified(receiver, first)
    hooks.execute("UPDATE webhook_endpoint SET old_secret_until = old_secret_until - interval '1 day'")
    hooks.send_test()
    hooks.run()
    assert verified(receiver, third)
    assert " " not in receiver.headers(2)["webhook-signature"]


def test_what_goes_along(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver, "booking.created")
    before = datetime.now(UTC).replace(microsecond=0)
    build.booking(build.slot(hooks.host_id))
    hooks.run()
    headers = receiver.headers()
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"].startswith("Openslot")
    assert headers["webhook-id"] == hooks.deliveries()[0].id
    assert headers["webhook-id"].startswith("msg_")
    assert before.timestamp() <= int(headers["webhook-timestamp"]) <= datetime.now(UTC).timestamp()
    message = messages(receiver)[0]
    assert list(message) == ["type", "timestamp", "data"]
    assert before <= datetime.fromisoformat(message["timestamp"]) <= datetime.now(UTC)


def as_the_api_gives_it(client: FlaskClient, host_id: int, path: str) -> Any:
    token = create_token(NewToken(name="x"), host_id=host_id, actor=SYSTEM)
    response = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    return json.loads(response.data)


def test_the_data_is_what_the_api_gives(hooks: Hooks, receiver: Server, build: Build, client: FlaskClient) -> None:
    hooks.make(receiver)
    slot = build.slot(hooks.host_id)
    hooks.run()
    assert messages(receiver)[-1]["data"] == as_the_api_gives_it(client, hooks.host_id, f"slots/{slot.public_id}")
    booking = build.booking(slot, notes="Two\nlines", locale="pt-PT")
    hooks.run()
    path = f"bookings/{booking.uid}"
    assert messages(receiver)[-1]["data"] == as_the_api_gives_it(client, hooks.host_id, path)
    bookings.cancel(booking.uid, actor=manage_link_actor(str(booking.uid)), reason="Ill")
    hooks.run()
    assert messages(receiver)[-1]["data"] == as_the_api_gives_it(client, hooks.host_id, path)
    assert messages(receiver)[-1]["data"]["cancelled_by"] == "guest"
    assert manage_token(booking.uid) not in b"".join(receiver.requests).decode()


def test_the_data_is_that_of_the_moment_of_sending(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver, "booking.created")
    booking = build.booking(build.slot(hooks.host_id))
    hooks.dispatch()
    bookings.cancel(booking.uid, actor=host_actor(hooks.host_id))
    hooks.run()
    assert [(one["type"], one["data"]["status"]) for one in messages(receiver)] == [("booking.created", "cancelled")]


def test_nothing_personal_is_kept_of_a_message(hooks: Hooks, receiver: Server, build: Build) -> None:
    hooks.make(receiver)
    build.booking(build.slot(hooks.host_id), name="Gita Unmistakable", email="gita@unmistakable.example")
    hooks.run()
    tables = ("outbox_event", "delivery", "webhook_attempt", "webhook_endpoint")
    stored = " ".join(str(hooks.rows(f"SELECT * FROM {table}")) for table in tables)
    assert "nmistakable" not in stored
    assert "nmistakable" in b"".join(receiver.requests).decode()


def test_every_event_can_be_subscribed_to_and_nothing_else() -> None:
    assert [str(event) for event in WebhookEvent] == [
        "booking.created", "booking.confirmed", "booking.rescheduled", "booking.cancelled", "booking.declined",
        "booking.no_show", "slot.published",
    ]  # fmt: skip
