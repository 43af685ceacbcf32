"""The harness of the webhook tests: relay and jobs in this process, without a queue."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Engine, Row, text
from standardwebhooks.webhooks import Webhook

from tests.builders import Build, tomorrow
from tests.effects.servers import Server
from webapp.core.db import transaction
from webapp.domain.actor import host_actor
from webapp.domain.webhook_events import WebhookEvent
from webapp.effects.webhooks import jobs as webhook_jobs
from webapp.services.bookings.view import BookingView
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.shared.outbox import CHANNEL
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import NewWebhook
from webapp.services.webhooks.endpoints import MadeWebhook
from webapp.services.webhooks.history import WebhookDelivery, webhook_deliveries
from webapp.services.webhooks.leases import lease_endpoints

Json = dict[str, Any]


@dataclass
class Hooks:
    """One host's webhooks."""

    app: Flask
    owner: Engine
    host_id: int
    made: list[MadeWebhook] = field(default_factory=list)

    def make(self, server: Server, *events: str, **given: Any) -> MadeWebhook:
        """All events, unless some are named."""
        new = NewWebhook(url=server.url, events=events or tuple(WebhookEvent), **given)
        with self.app.app_context():
            self.made.append(endpoints.create_webhook(new, host_id=self.host_id, actor=host_actor(self.host_id)))
        return self.made[-1]

    def send_test(self, number: int = 0) -> str:
        public_id = self.made[number].webhook.public_id
        with self.app.app_context():
            return endpoints.send_test(public_id, host_id=self.host_id, actor=host_actor(self.host_id))

    def dispatch(self) -> None:
        with self.app.app_context(), transaction() as session:
            dispatch_events(session)

    def lease(self, *, most: int = 9) -> list[tuple[int, str]]:
        """The arguments of the jobs that there would be, in each of the two queues so many at most."""
        with self.app.app_context(), transaction() as session:
            leases = [
                one for failing in (True, False) for one in lease_endpoints(session, is_failing=failing, limit=most)
            ]
        return [(lease.endpoint_id, lease.until.isoformat()) for lease in leases]

    def work(self) -> int:
        """What is due now, endpoint by endpoint; how many jobs that were."""
        jobs = self.lease()
        with self.app.app_context():
            for job in jobs:
                webhook_jobs.deliver_to_webhook(*job)
        return len(jobs)

    def run(self) -> None:
        """Until nothing is due."""
        self.dispatch()
        while self.work():
            pass

    def let_time_pass(self) -> None:
        """To the next try of everything that waits; leases in hand run out, too."""
        self.execute("UPDATE delivery SET due_at = now() WHERE status = 'waiting' AND channel = 'webhook'")
        self.execute("UPDATE webhook_endpoint SET paused_until = NULL, lent_until = now() WHERE lent_until IS NOT NULL")
        self.execute(f"SELECT pg_notify('{CHANNEL}', '')")

    def deliveries(self, number: int = 0) -> list[WebhookDelivery]:
        """Of one webhook, oldest first."""
        with self.app.app_context():
            return webhook_deliveries(self.made[number].webhook.public_id, host_id=self.host_id)[::-1]

    def states(self, number: int = 0) -> list[tuple[str, str]]:
        return [(delivery.event, str(delivery.status)) for delivery in self.deliveries(number)]

    def attempts(self, number: int = 0) -> list[int | None]:
        """The statuses of all attempts, message by message."""
        return [attempt.status for delivery in self.deliveries(number) for attempt in delivery.attempts]

    def row(self, statement: str = "SELECT * FROM webhook_endpoint ORDER BY id LIMIT 1") -> Row[Any]:
        return self.rows(statement)[0]

    def rows(self, query: str) -> Sequence[Row[Any]]:
        with self.owner.begin() as connection:
            return connection.execute(text(query)).all()

    def execute(self, statement: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(statement), values)


def messages(server: Server) -> list[Json]:
    return [json.loads(body) for body in server.bodies()]


def types(server: Server) -> list[str]:
    return [message["type"] for message in messages(server)]


def verified(server: Server, secret: str, number: int = -1) -> Json:
    """The message, as a receiver's library takes it. Raises WebhookVerificationError."""
    message: Json = Webhook(secret).verify(server.bodies()[number], server.headers(number))
    return message


def booked(build: Build, hooks: Hooks, count: int = 1) -> list[BookingView]:
    """Bookings on as many days."""
    return [build.booking(build.slot(hooks.host_id, tomorrow(days=day + 1))) for day in range(count)]
