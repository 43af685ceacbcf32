"""Shared parts of all iCalendar files of an instance: PRODID, the start of an event, and the texts of a host's copy."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Component, Event, vCalAddress

from webapp.core.extensions import site
from webapp.core.host_names import mail_address_in_ascii
from webapp.domain.text import flattened
from webapp.domain.urls import mailto
from webapp.services.bookings.view import BookingView

PRODUCT = "-//Openslot//Openslot//EN"
LONGEST_LINE = 75  # octets (RFC 5545 3.1)


def calendar(method: str) -> Calendar:
    """A VCALENDAR without components."""
    made = Calendar()
    made.add("VERSION", "2.0")
    made.add("PRODID", PRODUCT)
    made.add("METHOD", method)
    return made


def event(uid: str, start: datetime, end: datetime, *, version: int, stamp: datetime) -> Event:
    """A VEVENT that counts as busy, in UTC and whole seconds."""
    made = Event()
    made.add("UID", uid)
    made.add("SEQUENCE", version)
    made.add("DTSTAMP", stamp.astimezone(UTC).replace(microsecond=0))
    made.add("DTSTART", start.astimezone(UTC))
    made.add("DTEND", end.astimezone(UTC))
    made.add("TRANSP", "OPAQUE")
    return made


def uid_of(public_id: uuid.UUID) -> str:
    """It never changes: a booking has the same UID in its invitations and in feeds."""
    return uid_named(str(public_id))


def uid_named(name: str) -> str:
    return f"{name}@{site.domain}"


def person(email: str, name: str, **parameters: str) -> vCalAddress:
    return address(calendar_address(email), name, **parameters)


def calendar_address(email: str) -> str:
    """Written as in the mail around it: calendars recognise an attendee by the exact text."""
    return mailto(mail_address_in_ascii(email))


def address(uri: str, name: str, **parameters: str) -> vCalAddress:
    made = vCalAddress(uri)
    for parameter, value in (parameters | ({"CN": flattened(name)} if name else {})).items():
        made.params[parameter] = value
    return made


def host_summary(view: BookingView) -> str:
    """Guest and subject, for the host only."""
    return flattened(f"{view.guest_name}: {view.subject or view.event_type_title}")


def host_lines(view: BookingView) -> list[str]:
    """What the host knows beyond the summary; each line may still contain any text."""
    email = () if view.is_guest_erased else (view.guest_email,)
    return [view.event_type_title, *email, *view.notes.splitlines()]


def text_of(lines: Iterable[str]) -> str:
    return "\n".join(flattened(line) for line in lines)


def octets_of(made: Component) -> bytes:
    """Same result as `made.to_ical()` in half the time: the library folds lines character by character."""
    return b"".join(_folded(line.encode()) for line in made.content_lines() if line)


def _folded(line: bytes) -> bytes:
    """Fold without breaking a character or, for programs that unescape before they unfold, an escape sequence."""
    if len(line) <= LONGEST_LINE:
        return line + b"\r\n"
    parts, start, room = [], 0, LONGEST_LINE
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # the next octet continues a character
            end -= 1
        for escape in (b"\\", b"^"):
            end -= (end - len(line[start:end].rstrip(escape)) - start) % 2
        parts.append(line[start:end])
        start, room = end, LONGEST_LINE - 1  # minus the leading space
    return b"\r\n ".join((*parts, line[start:])) + b"\r\n"
