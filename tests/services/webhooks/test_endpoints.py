"""Management of webhooks by their host."""

import uuid
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.builders import Build
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.errors import Forbidden, Invalid, NotFound, WebhookOff
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import NewWebhook, WebhookChange
from webapp.services.webhooks.endpoints import MadeWebhook
from webapp.services.webhooks.history import redeliver, webhook_deliveries, webhook_delivery

URL = "https://hooks.example.org/openslot"
EVENTS = ("booking.created", "slot.published")


@pytest.fixture
def host(build: Build, context: None) -> int:
    return build.host()


def make(host: int, **given: Any) -> MadeWebhook:
    new = NewWebhook(**{"url": URL, "events": EVENTS} | given)
    return endpoints.create_webhook(new, host_id=host, actor=host_actor(host))


def change(host: int, public_id: uuid.UUID, **given: Any) -> endpoints.WebhookView:
    return endpoints.change_webhook(public_id, WebhookChange(**given), host_id=host, actor=host_actor(host))


def faults(host: int, **given: Any) -> list[str]:
    """The fields that are refused."""
    with pytest.raises(Invalid) as refusal:
        make(host, **given)
    assert endpoints.host_webhooks(host) == []
    return list(refusal.value.errors)


def test_a_webhook_is_made_and_listed(host: int) -> None:
    made = make(host, description=" Our rooms ", events=["slot.published", "booking.created", "slot.published"])
    assert made.secret.startswith("whsec_")
    assert made.webhook.events == ("booking.created", "slot.published")
    assert (made.webhook.description, made.webhook.is_active, made.webhook.disabled_at) == ("Our rooms", True, None)
    assert endpoints.host_webhooks(host) == [made.webhook]
    assert endpoints.host_webhook(made.webhook.public_id, host_id=host) == made.webhook


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/hook",
        "ftp://example.org/",
        "https:///hook",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "http://localhost/",
        "http://api.localhost:8080/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://example.org[2a00::1]/",
        "http://[2a00::1]example.org/",
        "http://[v1.a]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/meta-data/",
        "https://ex ample.org/",
        "https://exämple.org/",
        "https://example.org\\@10.0.0.1/",
        "http://example.org/hook",
        "http://168.63.129.16/machine",
        "https://example.org/\r\nHost: other",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_an_address_that_cannot_do_is_refused_at_once(host: int, url: str) -> None:
    assert faults(host, url=url) == ["url"]


@pytest.mark.parametrize("url", [URL, "https://example.org:8443/a?b=c", "HTTPS://93.184.215.14/", "https://[2a00::1]/"])
def test_addresses_of_the_internet_are_taken_without_looking_them_up(host: int, url: str) -> None:
    assert make(host, url=url).webhook.url == url


def test_faults_come_together(host: int) -> None:
    assert faults(host, url="", events=[], description="two\nlines") == ["url", "events", "description"]
    assert faults(host, events=["booking.created", "webhook.test"]) == ["events"]


def test_twenty_are_enough(host: int) -> None:
    for _ in range(endpoints.MOST_WEBHOOKS):
        make(host)
    with pytest.raises(Invalid):
        make(host)
    assert len(endpoints.host_webhooks(host)) == endpoints.MOST_WEBHOOKS


def test_each_field_changes_alone(host: int) -> None:
    made = make(host).webhook
    assert change(host, made.public_id, url="https://example.net/").events == made.events
    assert change(host, made.public_id, events=["booking.no_show"]).url == "https://example.net/"
    assert change(host, made.public_id, description="x").events == ("booking.no_show",)
    assert not change(host, made.public_id, is_active=False).is_active
    with pytest.raises(Invalid):
        change(host, made.public_id, url="http://127.0.0.1/")
    assert endpoints.host_webhook(made.public_id, host_id=host).url == "https://example.net/"


def test_switching_on_again_forgets_the_failures(host: int, owner: Engine) -> None:
    made = make(host).webhook
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE webhook_endpoint SET is_active = false, disabled_at = now(), failing_since = now()")
        )
    again = change(host, made.public_id, is_active=True)
    assert (again.is_active, again.disabled_at, again.failing_since) == (True, None, None)


def test_another_address_forgets_the_failures_too(host: int, owner: Engine) -> None:
    made = make(host).webhook
    with owner.begin() as connection:
        connection.execute(text("UPDATE webhook_endpoint SET failing_since = now()"))
    assert change(host, made.public_id, description="x").failing_since is not None
    assert change(host, made.public_id, url="https://example.net/").failing_since is None


def test_a_new_secret_is_another_one_and_none_is_stored(host: int, owner: Engine) -> None:
    made = make(host)
    renewed = endpoints.renew_secret(made.webhook.public_id, host_id=host, actor=host_actor(host))
    assert renewed != made.secret
    assert make(host).secret not in (renewed, made.secret)
    columns = "w.*, encode(secret_salt, 'base64'), encode(old_secret_salt, 'base64')"
    with owner.begin() as connection:
        stored = str(connection.execute(text(f"SELECT {columns} FROM webhook_endpoint w")).all())
    assert not [secret for secret in (renewed, made.secret) if secret.removeprefix("whsec_") in stored]


def test_another_host_finds_nothing(host: int, build: Build) -> None:
    public_id = make(host).webhook.public_id
    other = build.host(email="other@example.org", slug="other")
    sent = endpoints.send_test(public_id, host_id=host, actor=host_actor(host))
    actor = host_actor(other)
    for attempt in (
        lambda: endpoints.host_webhook(public_id, host_id=other),
        lambda: change(other, public_id, is_active=False),
        lambda: endpoints.delete_webhook(public_id, host_id=other, actor=actor),
        lambda: endpoints.renew_secret(public_id, host_id=other, actor=actor),
        lambda: endpoints.send_test(public_id, host_id=other, actor=actor),
        lambda: webhook_deliveries(public_id, host_id=other),
        lambda: webhook_delivery(public_id, sent, host_id=other),
        lambda: redeliver(public_id, sent, host_id=other, actor=actor),
        lambda: endpoints.delete_webhook(public_id, host_id=host, actor=actor),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        endpoints.delete_webhook(public_id, host_id=host, actor=GUEST)
    assert endpoints.host_webhook(public_id, host_id=host).is_active


def test_a_test_waits_to_be_sent_and_goes_with_its_webhook(host: int, owner: Engine) -> None:
    public_id = make(host).webhook.public_id
    sent = endpoints.send_test(public_id, host_id=host, actor=host_actor(host))
    waiting = webhook_delivery(public_id, sent, host_id=host)
    assert (waiting.event, waiting.status, waiting.attempts) == ("webhook.test", "waiting", ())
    assert webhook_deliveries(public_id, host_id=host) == [waiting]
    endpoints.delete_webhook(public_id, host_id=host, actor=host_actor(host))
    assert endpoints.host_webhooks(host) == []
    with owner.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM delivery")).scalar_one() == 0


def test_deliveries_come_page_by_page(host: int) -> None:
    public_id = make(host).webhook.public_id
    sent = [endpoints.send_test(public_id, host_id=host, actor=host_actor(host)) for _ in range(3)]
    first = webhook_deliveries(public_id, host_id=host, limit=2)
    rest = webhook_deliveries(public_id, host_id=host, limit=2, before=first[-1].id)
    assert [one.id for one in (*first, *rest)] == sent[::-1]
    with pytest.raises(Invalid):
        webhook_deliveries(public_id, host_id=host, before="msg_unknown")


def test_switched_off_it_is_sent_nothing(host: int) -> None:
    public_id = make(host).webhook.public_id
    sent = endpoints.send_test(public_id, host_id=host, actor=host_actor(host))
    change(host, public_id, is_active=False)
    assert webhook_delivery(public_id, sent, host_id=host).status == "skipped"
    with pytest.raises(WebhookOff):
        endpoints.send_test(public_id, host_id=host, actor=host_actor(host))
    with pytest.raises(WebhookOff):
        redeliver(public_id, sent, host_id=host, actor=host_actor(host))
    assert webhook_delivery(public_id, sent, host_id=host).status == "skipped"
    change(host, public_id, is_active=True)
    redeliver(public_id, sent, host_id=host, actor=host_actor(host))
    assert webhook_delivery(public_id, sent, host_id=host).status == "waiting"


def test_each_change_is_in_the_audit_log_without_address_or_secret(host: int, owner: Engine) -> None:
    public_id = make(host).webhook.public_id
    actor = host_actor(host)
    change(host, public_id, description="words")
    endpoints.renew_secret(public_id, host_id=host, actor=actor)
    sent = endpoints.send_test(public_id, host_id=host, actor=actor)
    redeliver(public_id, sent, host_id=host, actor=actor)
    endpoints.delete_webhook(public_id, host_id=host, actor=actor)
    with owner.begin() as connection:
        entries = connection.execute(text("SELECT action, details::text FROM audit_entry ORDER BY id")).all()[-6:]
    assert [action for action, _ in entries] == [
        "webhook.created", "webhook.changed", "webhook.secret_renewed", "webhook.tested", "delivery.replay",
        "webhook.deleted",
    ]  # fmt: skip
    assert not any("example.org" in details or "words" in details for _, details in entries)
