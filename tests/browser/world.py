"""An instance with data of every kind, so that each page has something to show."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token

from tests.builders import Build, tomorrow
from webapp.core.extensions import db
from webapp.domain.actor import host_actor
from webapp.domain.webhook_events import WebhookEvent
from webapp.models import Host
from webapp.services.accounts import tokens
from webapp.services.bookings import bookings, decisions
from webapp.services.event_types import event_types, single_use_links
from webapp.services.ical import busy_times, feeds
from webapp.services.privacy.guests import privacy_token
from webapp.services.schedules import blocked_times
from webapp.services.shared.links import confirm_booking_url, manage_token, not_me_url
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import NewWebhook

LATER = 9  # days until the things happen; far enough for all of them to be seen in one week or the next


@dataclass(frozen=True)
class World:
    """`parts` fill in the addresses of pages: {booking}, {manage} …"""

    parts: dict[str, str]

    def address(self, path: str) -> str:
        return path.format_map(self.parts)


TIMES = [tomorrow(hour, days=LATER) for hour in range(7, 16)]


def build_world(build: Build, password_hash: str) -> World:
    """Ada, who is a host and an admin, and Nina, who has just registered."""
    ada = build.host(
        slug="ada", name="Ada Lovelace", email="ada@example.org", password_hash=password_hash, roles=("host", "admin")
    )
    build.host(slug="nina", email="nina@example.org", password_hash=password_hash, confirmed=False)
    build.row("UPDATE host SET about = 'Sums and engines' WHERE id = :id RETURNING id", id=ada)
    schedule = build.row("SELECT id FROM schedule WHERE host_id = :id", id=ada)[0]
    return World(
        _meetings(build, ada) | _things(build, ada) | {"schedule": str(schedule), "day": f"{TIMES[0]:%Y-%m-%d}"}
    )


def _meetings(build: Build, ada: int) -> dict[str, str]:
    """Of each state one, a group, a slot that is free and one that is gone; an event type that is archived."""
    build.event_type(ada, "15min", description="A quick question", color="plum")
    build.event_type(ada, "60min", capacity=4)
    booked, waiting, off, free, gone = build.slots(ada, TIMES[:5])
    group = build.slot(ada, TIMES[6], 60)
    build.booking(group)
    build.booking(group)
    booking = build.booking(booked, notes="By phone, please", subject="Plans for the engine")
    build.event_type(ada, "30min", requires_confirmation=True)
    pending = build.booking(waiting)
    build.event_type(ada, "30min", requires_confirmation=False)
    build.event_type(ada, "30min", requires_mail_confirmation=True)
    held = build.booking(build.slot(ada, TIMES[5] + timedelta(minutes=20)))
    build.event_type(ada, "30min", requires_mail_confirmation=False)
    cancelled = build.booking(off)
    build.booking(gone)
    missed = _missed(build, ada)
    _archive_one(build, ada)
    with build.app.app_context():
        bookings.cancel(cancelled.uid, actor=host_actor(ada), reason="A cold")
        db.session.remove()
        return {
            "booking": str(booking.uid),
            "booking_id": str(booking.id),
            "pending": str(pending.uid),
            "cancelled": str(cancelled.uid),
            "missed": missed,
            "slot": str(free.public_id),
            "free": f"{TIMES[3]:%Y-%m-%dT%H:%M:%SZ}",
            "gone": f"{TIMES[4]:%Y-%m-%dT%H:%M:%SZ}",
            "manage": manage_token(booking.uid),
            "not_me": not_me_url(booking.uid).rpartition("/")[2],
            "manage_pending": manage_token(pending.uid),
            "manage_cancelled": manage_token(cancelled.uid),
            "manage_held": manage_token(held.uid),
            "confirm_booking": confirm_booking_url(held.uid).rpartition("/")[2],
            "privacy": privacy_token(booking.uid, booking.guest_email),
        }


def _missed(build: Build, ada: int) -> str:
    """A meeting of the day before to which nobody came."""
    booking = build.booking(build.slot(ada, TIMES[7]), name="Norbert Nowhere")
    build.row(
        "UPDATE slot SET starts_at = starts_at - ago, ends_at = ends_at - ago,"
        " busy = tstzrange(lower(busy) - ago, upper(busy) - ago)"
        " FROM (SELECT make_interval(days => :days) AS ago) AS earlier WHERE id = :slot RETURNING id",
        days=LATER + 1,
        slot=booking.slot_id,
    )
    with build.app.app_context():
        decisions.mark_no_show(booking.uid, actor=host_actor(ada))
        db.session.remove()
    return str(booking.uid)


def _archive_one(build: Build, ada: int) -> None:
    with build.app.app_context():
        content = event_types.host_event_type(ada, "30min").content
        tour = replace(content, slug="tour", title="A tour of the engine room, with its keepers", duration_minutes=20)
        event_types.create_event_type(tour, host_id=ada, actor=host_actor(ada))
        db.session.remove()
    build.booking(build.slot(ada, TIMES[5], 20))
    with build.app.app_context():
        event_types.delete_event_type("tour", host_id=ada, actor=host_actor(ada))
        db.session.remove()


def _things(build: Build, ada: int) -> dict[str, str]:
    """Blocked time, what her programs use, and links to be used once."""
    actor = host_actor(ada)
    with build.app.app_context():
        new_block = blocked_times.NewBlockedTime(start=TIMES[8], end=TIMES[8] + timedelta(hours=5), note="Away")
        block = blocked_times.block(new_block, host_id=ada, actor=actor)
        tokens.create_token(tokens.NewToken(name="A script"), host_id=ada, actor=actor)
        feeds.create_feed(feeds.NewFeed(name="My phone"), host_id=ada, actor=actor)
        busy_times.publish_busy_times(host_id=ada, is_public=True, actor=actor)
        parts = {
            "webhook": _webhook(build, ada),
            "webhook_off": _webhook_off(build, ada),
            "api_token": str(tokens.host_tokens(ada)[0].public_id),
            "feed": str(feeds.host_feeds(ada)[0].public_id),
            "once": single_use_links.create_link("30min", host_id=ada, actor=actor),
            "confirm": generate_confirmation_token(db.session.get(Host, ada + 1)),
            "reset": generate_reset_password_token(db.session.get(Host, ada)),
            "block": str(block.public_id),
        }
        db.session.remove()
    return parts


def _webhook(build: Build, host_id: int) -> str:
    """One with a message that arrived at the second try, and one that was given up."""
    new = NewWebhook(url="https://hooks.example.org/in", events=list(WebhookEvent), description="Billing")
    made = endpoints.create_webhook(new, host_id=host_id, actor=host_actor(host_id)).webhook
    # Not by a test message: the instance's worker would send it.
    build.rows(
        "WITH event AS (INSERT INTO outbox_event (kind, host_id, dispatched_at) VALUES ('webhook.test', :host, now())"
        "  RETURNING id, host_id), message AS ("
        " INSERT INTO delivery (event_id, kind, channel, recipient, webhook_endpoint_id, host_id, message_id, status,"
        "  attempts, sent_at) SELECT event.id, 'webhook.test', 'webhook', outcome, endpoint.id, event.host_id,"
        "  'msg_' || outcome, outcome, 2, CASE outcome WHEN 'sent' THEN now() END"
        "  FROM event, webhook_endpoint endpoint, (VALUES ('sent'), ('dead')) AS outcomes (outcome) RETURNING id)"
        " INSERT INTO webhook_attempt (delivery_id, duration_ms, status)"
        "  SELECT id, 84, answer FROM message, (VALUES (NULL), (503)) AS answers (answer) RETURNING id",
        host=host_id,
    )
    return str(made.public_id)


def _webhook_off(build: Build, host_id: int) -> str:
    """One that was switched off because nothing arrived."""
    new = NewWebhook(url="https://gone.example.org/" + "long/" * 40, events=["slot.published"])
    made = endpoints.create_webhook(new, host_id=host_id, actor=host_actor(host_id)).webhook
    build.row("UPDATE webhook_endpoint SET is_active = false, disabled_at = now(), failing_since = now() - interval"
              " '1 day' WHERE public_id = :id RETURNING id", id=made.public_id)  # fmt: skip
    return str(made.public_id)
