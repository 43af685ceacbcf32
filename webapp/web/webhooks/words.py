"""Webhooks and their deliveries in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from webapp.domain.webhook_events import WebhookEvent
from webapp.services.webhook_deliveries import Attempt, WebhookDelivery
from webapp.services.webhooks import WebhookView
from webapp.web.dates import format_moment

EVENTS = {
    WebhookEvent.BOOKING_CREATED: _l("somebody books, also where it waits for your yes"),
    WebhookEvent.BOOKING_CONFIRMED: _l("a booking is confirmed"),
    WebhookEvent.BOOKING_RESCHEDULED: _l("a booking is moved"),
    WebhookEvent.BOOKING_CANCELLED: _l("a booking is cancelled"),
    WebhookEvent.BOOKING_DECLINED: _l("a request is declined, or lapses"),
    WebhookEvent.BOOKING_NO_SHOW: _l("a guest did not come"),
    WebhookEvent.SLOT_PUBLISHED: _l("you publish a slot"),
}
# For `ui.badge`: a delivery by its status.
BADGES = {"waiting": "queued", "sent": "sent", "dead": "dead", "skipped": "hidden"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One message as the page shows it. `status` and `label` are for `ui.badge`."""

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


def state(webhook: WebhookView) -> tuple[str, str]:
    """Badge and word."""
    if webhook.disabled_at:
        return "dead", gettext("Switched off by Openslot")
    if not webhook.is_active:
        return "hidden", gettext("Switched off")
    return ("failed", gettext("Not reached")) if webhook.failing_since else ("active", gettext("Switched on"))


def trouble(webhook: WebhookView, zone: str) -> str:
    """What is wrong and what to do; empty where nothing is."""
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
    """The first try has not been answered yet: it is worth to look again in a moment."""
    return delivery.status == "waiting" and not delivery.attempts


def _line(delivery: WebhookDelivery, zone: str) -> DeliveryLine:
    is_waiting = delivery.status == "waiting"
    status, label = BADGES[delivery.status], gettext("Not sent") if delivery.status == "skipped" else None
    return DeliveryLine(
        id=delivery.id,
        event=delivery.event,
        status="failed" if is_waiting and delivery.attempts else status,
        label=label,
        when=format_moment(delivery.created_at, zone),
        tries=tuple(_try(attempt, zone) for attempt in delivery.attempts),
        next_try=format_moment(delivery.due_at, zone) if is_waiting and delivery.attempts else "",
        can_resend=not is_waiting,
    )


def _try(attempt: Attempt, zone: str) -> str:
    answer = gettext("no answer") if attempt.status is None else gettext("answered %(status)s", status=attempt.status)
    return gettext(
        "%(when)s: %(answer)s, %(duration)s ms",
        when=format_moment(attempt.at, zone),
        answer=answer,
        duration=attempt.duration_ms,
    )
