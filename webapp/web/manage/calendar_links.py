"""Links that put a meeting into a calendar in the web. They tell the time and with whom, never the manage link."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from webapp.services.bookings.view import BookingView


def calendar_links(booking: BookingView) -> list[tuple[str, str]]:
    """(name, address) of each."""
    title = f"{booking.event_type_title} – {booking.host_name}"
    start, end = _compact(booking.start), _compact(booking.end)
    google = {"action": "TEMPLATE", "text": title, "dates": f"{start}/{end}"}
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": booking.start.astimezone(UTC).isoformat(),
        "enddt": booking.end.astimezone(UTC).isoformat(),
    }
    yahoo = {"v": "60", "title": title, "st": start, "et": end}
    return [
        ("Google", _address("https://calendar.google.com/calendar/render", google)),
        ("Outlook", _address("https://outlook.live.com/calendar/0/deeplink/compose", outlook)),
        ("Yahoo", _address("https://calendar.yahoo.com/", yahoo)),
    ]


def _address(page: str, parameters: Mapping[str, str]) -> str:
    return f"{page}?{urlencode(parameters, quote_via=quote)}"


def _compact(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
