"""The events of webhooks, and which of them follow from an event in the outbox.

| fact                  | events                                             |
|-----------------------|----------------------------------------------------|
| `booking.requested`   | `booking.created`                                  |
| `booking.confirmed`   | `booking.created` and `booking.confirmed`; of an   |
|                       | accepted request (`was_pending`) only the latter   |
| `booking.rescheduled` | `booking.rescheduled`, of requests, too            |
| `booking.cancelled`   | `booking.cancelled`, of requests, too              |
| `booking.declined`    | `booking.declined`, also when a request ran out    |
| `booking.no_show`     | `booking.no_show`                                  |
| `slot.published`      | `slot.published`, by page or API, not by booking   |

So each booking is reported as created once, and as confirmed at most once.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from webapp.domain.bookings import EventKind


class WebhookEvent(StrEnum):
    """What a webhook can subscribe to."""

    BOOKING_CREATED = "booking.created"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_DECLINED = "booking.declined"
    BOOKING_NO_SHOW = "booking.no_show"
    SLOT_PUBLISHED = "slot.published"


TEST = str(EventKind.WEBHOOK_TEST)  # sent at the host's request; nobody subscribes to it

_EVENTS_OF: dict[EventKind, tuple[WebhookEvent, ...]] = {
    EventKind.BOOKING_REQUESTED: (WebhookEvent.BOOKING_CREATED,),
    EventKind.BOOKING_CONFIRMED: (WebhookEvent.BOOKING_CREATED, WebhookEvent.BOOKING_CONFIRMED),
    EventKind.BOOKING_RESCHEDULED: (WebhookEvent.BOOKING_RESCHEDULED,),
    EventKind.BOOKING_CANCELLED: (WebhookEvent.BOOKING_CANCELLED,),
    EventKind.BOOKING_DECLINED: (WebhookEvent.BOOKING_DECLINED,),
    EventKind.BOOKING_NO_SHOW: (WebhookEvent.BOOKING_NO_SHOW,),
    EventKind.SLOT_PUBLISHED: (WebhookEvent.SLOT_PUBLISHED,),
}


def webhook_events(kind: str, data: Mapping[str, Any]) -> tuple[WebhookEvent, ...]:
    """The webhook events of an outbox event, in order. `data`: that of the outbox event."""
    if kind == EventKind.BOOKING_CONFIRMED and data.get("was_pending"):
        return (WebhookEvent.BOOKING_CONFIRMED,)
    return _EVENTS_OF.get(EventKind(kind), ())
