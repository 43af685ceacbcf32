"""The JSON of bookings and slots, as programs read it.

The API's schemas define it, and messages to webhooks use the same. Neither of the two imports the other, so the API
registers its functions here when the application is created.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.services.bookings.view import BookingView
    from webapp.services.slots.views import SlotView


@dataclass(frozen=True, slots=True)
class Rendering:
    """Functions that return the JSON object of `GET /bookings/{id}` and of `GET /slots/{id}`."""

    booking: "Callable[[BookingView], dict[str, Any]]"
    slot: "Callable[[SlotView], dict[str, Any]]"
