"""Which webhooks are disabled automatically, and which are not."""

import pytest

from tests.builders import Build
from tests.effects.harness import InProcess, words
from tests.effects.servers import serving, status
from tests.effects.webhook_harness import Hooks, booked
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import WebhookChange

pytestmark = pytest.mark.usefixtures("local", "context")


def test_gone_is_switched_off_at_once_and_its_host_gets_a_mail(
    hooks: Hooks, build: Build, mailer: InProcess, sink: MailSink
) -> None:
    with serving(status(200, 410)) as server:
        made = hooks.make(server, "booking.created", description="Our rooms").webhook
        booked(build, hooks, 3)
        hooks.run()
        mailer.run()
        assert len(server.requests) == 2
    assert [state for _, state in hooks.states()] == ["sent", "dead", "skipped"]
    view = endpoints.host_webhook(made.public_id, host_id=hooks.host_id)
    assert (view.is_active, view.failing_since) == (False, None)
    assert view.disabled_at is not None
    mail = [one.message for one in sink.messages if "webhook" in one.message["Subject"]]
    assert [one["Subject"] for one in mail] == ["A webhook was switched off"]
    assert "http://localhost/settings/webhooks" in words(mail[0])
    assert "Our rooms" in words(mail[0])
    assert "/hook" not in words(mail[0])
    assert "410" in words(mail[0])


def test_a_day_without_success_switches_it_off(hooks: Hooks, build: Build, mailer: InProcess, sink: MailSink) -> None:
    with serving(status(500)) as server:
        hooks.make(server, "booking.created")
        booked(build, hooks, 2)
        hooks.run()
        hooks.execute("UPDATE webhook_endpoint SET failing_since = now() - interval '23 hours'")
        hooks.let_time_pass()
        hooks.run()
        assert hooks.row().is_active
        hooks.execute("UPDATE webhook_endpoint SET failing_since = now() - interval '25 hours'")
        hooks.let_time_pass()
        hooks.run()
        assert len(server.requests) == 5
    assert (hooks.row().is_active, hooks.row().disabled_at is None) == (False, False)
    assert [state for _, state in hooks.states()] == ["skipped"] * 2
    mailer.run()
    assert [one.message["Subject"] for one in sink.messages][-1] == "A webhook was switched off"
    assert len([one for one in sink.messages if "webhook" in one.message["Subject"]]) == 1


def test_the_mail_is_not_sent_when_it_is_on_again(
    hooks: Hooks, build: Build, mailer: InProcess, sink: MailSink
) -> None:
    with serving(status(410)) as server:
        made = hooks.make(server, "slot.published").webhook
        build.slot(hooks.host_id)
        hooks.run()
    on = WebhookChange(is_active=True)
    endpoints.change_webhook(made.public_id, on, host_id=hooks.host_id, actor=host_actor(hooks.host_id))
    mailer.run()
    assert [one for one in sink.messages if "webhook" in one.message["Subject"]] == []


def test_failures_of_long_ago_switch_nothing_off(hooks: Hooks, build: Build) -> None:
    """Nothing was tried in between, so nothing says that it failed all the time."""
    with serving(status(500)) as server:
        hooks.make(server, "booking.created")
        ago = "now() - interval '3 days'"
        hooks.execute(f"UPDATE webhook_endpoint SET failing_since = {ago}, lent_until = {ago}")
        booked(build, hooks)
        hooks.run()
        assert len(server.requests) == 1
    assert hooks.row().is_active
