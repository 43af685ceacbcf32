"""How bookings and slots are written where programs read them.

The API's schemas say it, and messages to webhooks repeat it: neither of the two imports the other, so what the API
does is handed over here when the application is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.services.bookings.view import BookingView
    from webapp.services.slots.views import SlotView


@dataclass(frozen=True, slots=True)
class Rendering:
    """Each gives the object of its JSON: what `GET /bookings/{id}` and `GET /slots/{id}` answer."""

    booking: "Callable[[BookingView], dict[str, Any]]"
    slot: "Callable[[SlotView], dict[str, Any]]"
