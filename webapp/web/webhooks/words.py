"""Texts about webhooks and their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from webapp.domain.webhook_events import WebhookEvent
from webapp.services.webhooks.endpoints import WebhookView
from webapp.services.webhooks.history import Attempt, WebhookDelivery
from webapp.web.shared.dates import format_moment

EVENTS = {
    WebhookEvent.BOOKING_CREATED: _l("Somebody books, or asks for your yes"),
    WebhookEvent.BOOKING_CONFIRMED: _l("A booking is confirmed"),
    WebhookEvent.BOOKING_RESCHEDULED: _l("A booking is moved"),
    WebhookEvent.BOOKING_CANCELLED: _l("A booking is cancelled"),
    WebhookEvent.BOOKING_DECLINED: _l("A request is declined, or lapses"),
    WebhookEvent.BOOKING_NO_SHOW: _l("A guest did not come"),
    WebhookEvent.SLOT_PUBLISHED: _l("You publish a slot"),
}
MOMENT = timedelta(seconds=15)
# Status of a delivery -> status of `ui.badge`.
BADGES = {"waiting": "queued", "sent": "sent", "dead": "dead", "skipped": "hidden"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One message as shown on the page. `status` and `label` are for `ui.badge`."""

    id: str
    event: str
    status: str
    label: str | None
    when: str
    tries: tuple[str, ...]
    next_try: str
    can_resend: bool


def event_choices() -> list[SelectChoice]:
    return [SelectChoice(str(event), f"{words} ({event})") for event, words in EVENTS.items()]


def name(webhook: WebhookView) -> str:
    """The host's description of the webhook, or the server in its URL."""
    return webhook.description or urlsplit(webhook.url).netloc


def state(webhook: WebhookView) -> tuple[str, str]:
    """(status, label) for `ui.badge`."""
    if webhook.disabled_at:
        return "dead", gettext("Switched off by Openslot")
    if not webhook.is_active:
        return "hidden", gettext("Switched off")
    return ("failed", gettext("Failing")) if webhook.failing_since else ("active", gettext("Switched on"))


def trouble(webhook: WebhookView, zone: str) -> str:
    """What is wrong with the webhook and what to do about it; "" if nothing is."""
    since = format_moment(webhook.failing_since, zone) if webhook.failing_since else ""
    if webhook.disabled_at:
        when = format_moment(webhook.disabled_at, zone)
        said = (
            gettext(
                "Since %(since)s no message has got through, so it was switched off: %(when)s.", since=since, when=when
            )
            if since
            else gettext(
                "Your program answered that it wants no more messages (410), so it was switched off: %(when)s.",
                when=when,
            )
        )
        return f"{said} " + gettext(
            "What happens from then on is not sent. When your program works, switch it on again."
        )
    if since and webhook.is_active:
        return gettext(
            "Since %(since)s no message has got through. After a day like this it is switched off.", since=since
        )
    return ""


def lines(deliveries: Sequence[WebhookDelivery], zone: str) -> list[DeliveryLine]:
    return [_line(one, zone) for one in deliveries]


def is_on_its_way(delivery: WebhookDelivery) -> bool:
    """Whether an attempt is under way or imminent, so that the page should refresh itself. False for a message that has
    been waiting for long, behind another message or for a worker."""
    moments = [delivery.due_at, *(attempt.at for attempt in delivery.attempts[-1:] if _is_open(delivery))]
    return delivery.status == "waiting" and any(abs(datetime.now(UTC) - moment) <= MOMENT for moment in moments)


def _is_open(delivery: WebhookDelivery) -> bool:
    """Whether there has been no attempt yet, or the last attempt has no outcome yet."""
    return not delivery.attempts or (delivery.attempts[-1].status is None and not delivery.attempts[-1].duration_ms)


def _line(delivery: WebhookDelivery, zone: str) -> DeliveryLine:
    is_retried = delivery.status == "waiting" and not _is_open(delivery)
    return DeliveryLine(
        id=delivery.id,
        event=delivery.event,
        status="failed" if is_retried else BADGES[delivery.status],
        label=gettext("Not sent") if delivery.status == "skipped" else None,
        when=format_moment(delivery.created_at, zone),
        tries=tuple(_try(attempt, zone) for attempt in delivery.attempts),
        next_try=format_moment(delivery.due_at, zone) if is_retried else "",
        can_resend=delivery.status != "waiting",
    )


def _try(attempt: Attempt, zone: str) -> str:
    """An attempt in words. One without an outcome is under way if it is recent; otherwise the worker died during it."""
    when, duration = format_moment(attempt.at, zone), attempt.duration_ms
    if attempt.status is not None:
        return gettext("%(when)s: answered %(status)s, %(ms)s ms", when=when, status=attempt.status, ms=duration)
    if duration:
        return gettext("%(when)s: no answer, %(ms)s ms", when=when, ms=duration)
    if datetime.now(UTC) - attempt.at <= MOMENT:
        return gettext("%(when)s: under way", when=when)
    return gettext("%(when)s: no answer", when=when)
