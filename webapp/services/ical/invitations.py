"""A confirmed booking as iCalendar (RFC 5545) in an iTIP message (RFC 5546): invitation or cancellation.

The UID never changes and SEQUENCE = version: a calendar that gets the messages in any order ends with the last version.
The guest's copy contains nothing that a stranger may have typed (the address may be somebody else's); the host's copy
says who comes and why. Calendars do not accept invitations that name their own owner as organizer, and the guest's copy
does not tell the host's address: this instance invites both (ADR 0023).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Event, vCalAddress, vUri

from webapp.core.extensions import site
from webapp.domain.bookings import Audience
from webapp.domain.text import flattened
from webapp.services.bookings.view import BookingView
from webapp.services.ical import files
from webapp.services.ical.files import host_lines, host_summary, person, text_of, uid_of
from webapp.services.shared.links import booking_url, manage_url


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def invitation(view: BookingView, *, method: Method, audience: Audience, stamp: datetime | None = None) -> bytes:
    """One VCALENDAR with one VEVENT, CRLF, UTF-8, times in UTC. `stamp`: DTSTAMP, when this version was created;
    defaults to now."""
    calendar = files.calendar(method)
    calendar.add_component(_event(view, method, audience, stamp or datetime.now(UTC)))
    return bytes(calendar.to_ical())


def _event(view: BookingView, method: Method, audience: Audience, stamp: datetime) -> Event:
    event = files.event(uid_of(view.uid), view.start, view.end, version=view.version, stamp=stamp)
    event.add("STATUS", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("ORGANIZER", _organizer(view, audience))
    for attendee in _attendees(view, audience):
        event.add("ATTENDEE", attendee)
    event.add("SUMMARY", _summary(view, audience))
    if place := _place(view, audience):
        event.add("LOCATION", place)
    event.add("DESCRIPTION", _description(view, audience))
    event.add("URL", vUri(_link(view, audience)))
    return event


def _organizer(view: BookingView, audience: Audience) -> vCalAddress:
    """The instance. For a guest under the host's name: anybody can book, and gets no address of the host by it."""
    is_own = site.sender_email.lower() == view.host_email.lower()  # the only sender the mail server allows
    name = view.host_name if audience is Audience.GUEST else site.sender_name
    return person(f"no-reply@{site.domain}" if is_own else site.sender_email, name)


def _attendees(view: BookingView, audience: Audience) -> Iterator[vCalAddress]:
    """The recipient first: some programs read only the first one. No reply is requested, since both have already
    accepted."""
    yes = {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    if audience is Audience.HOST:
        yield person(view.host_email, view.host_name, ROLE="CHAIR", **yes)
        yield person(view.guest_email, view.guest_name, ROLE="REQ-PARTICIPANT", **yes)
    else:
        yield person(view.guest_email, "", ROLE="REQ-PARTICIPANT", **yes)


def _summary(view: BookingView, audience: Audience) -> str:
    if audience is Audience.GUEST:
        return flattened(f"{view.event_type_title} – {view.host_name}")
    return host_summary(view)


def _place(view: BookingView, audience: Audience) -> str:
    """The location; for a guest only if the host entered it."""
    return "" if audience is Audience.GUEST and view.is_guest_location else flattened(view.location)


def _description(view: BookingView, audience: Audience) -> str:
    if audience is Audience.GUEST:
        return _link(view, audience)
    return text_of([*host_lines(view), _link(view, audience)])


def _link(view: BookingView, audience: Audience) -> str:
    return manage_url(view.uid) if audience is Audience.GUEST else booking_url(view.uid)
