"""Slots and bookings of a host's document: each on its own, and all together by the constraints of the schema."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from webapp.domain.actor import ActorKind
from webapp.domain.bookings import ACTIVE, NOT_LIVE, BookingStatus
from webapp.domain.erasure import is_erased
from webapp.domain.errors import Invalid
from webapp.domain.questions import LONGEST_TEXT
from webapp.domain.slots import LONGEST_BUFFER, LONGEST_SLOT
from webapp.domain.text import TextFault, line, paragraph
from webapp.models import SlotOrigin
from webapp.services.bookings import request
from webapp.services.portability.json_reader import Node
from webapp.services.shared.validation import email_address, title

MOST_SEATS = 1000
MOST_ANSWERS = 100
MOST_AT_ONE_START = 1000  # withdrawn slots per event type and start
HIGHEST_VERSION = 1_000_000
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEntry:
    """`values`: columns of Booking to insert; the guest is identified by the address."""

    place: str
    uid: uuid.UUID
    status: BookingStatus
    seat: int
    email: str
    values: dict[str, Any]

    @property
    def is_live(self) -> bool:
        return self.status not in NOT_LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotEntry:
    """`event_type`: its number. Times are aware; `busy_from` and `busy_until` include the buffers."""

    place: str
    event_type: int
    start: datetime
    end: datetime
    busy_from: datetime
    busy_until: datetime
    capacity: int
    origin: str
    withdrawn_at: datetime | None
    bookings: tuple[BookingEntry, ...]

    @property
    def is_taken(self) -> bool:
        return any(booking.is_live for booking in self.bookings)


def slot_entry(node: Node, event_types: int, locale: Callable[[str], str]) -> SlotEntry:
    entry = SlotEntry(
        place=node.place,
        event_type=node.whole("event_type", 1, event_types),
        start=_second(node, "start"),
        end=_second(node, "end"),
        busy_from=_second(node, "busy_from"),
        busy_until=_second(node, "busy_until"),
        capacity=node.whole("capacity", 1, MOST_SEATS),
        origin=node.choice("origin", [str(origin) for origin in SlotOrigin]),
        withdrawn_at=node.optional("withdrawn_at", node.instant),
        bookings=node.parts("bookings", lambda booking: _booking(booking, locale)),
    )
    if not entry.start < entry.end <= entry.start + LONGEST_SLOT:
        node.refuse("end", "Must be after the start, by eight hours at most.")
    if (entry.end - entry.start) % timedelta(minutes=1):
        node.refuse("end", "Must be whole minutes after the start.")
    if not entry.start - LONGEST_BUFFER <= entry.busy_from <= entry.start:
        node.refuse("busy_from", "Must not be after the start, and at most a day before it.")
    if not entry.end <= entry.busy_until <= entry.end + LONGEST_BUFFER:
        node.refuse("busy_until", "Must not be before the end, and at most a day after it.")
    _check_seats(node, entry)
    return entry


def _second(node: Node, name: str) -> datetime:
    """Whole seconds, as all computations with slots expect."""
    moment = node.instant(name)
    if moment.microsecond:
        node.refuse(name, "Must be a whole second.")
    return moment


def without_contradiction(slots: Sequence[SlotEntry]) -> tuple[SlotEntry, ...]:
    """The slots, if they can all belong to one host. Raises Invalid."""
    _check_uids([booking for slot in slots for booking in slot.bookings])
    _check_starts(slots)
    taken = sorted((slot for slot in slots if slot.is_taken), key=lambda slot: slot.busy_from)
    for earlier, later in pairwise(taken):
        if later.busy_from < earlier.busy_until:
            _refuse(later.place, f"Overlaps {earlier.place}: both have guests, buffers count.")
    return tuple(slots)


def _check_seats(node: Node, slot: SlotEntry) -> None:
    if slot.withdrawn_at and slot.is_taken:
        node.refuse("withdrawn_at", "A slot that was taken back has no guests.")
    seats: set[int] = set()
    guests: set[str] = set()
    for booking in slot.bookings:
        if booking.is_live and (booking.seat in seats or booking.seat > slot.capacity):
            _refuse(f"{booking.place}.seat", "There is no such seat, or somebody else has it.")
        if booking.is_live and booking.email.lower() in guests:
            _refuse(f"{booking.place}.guest.email", "This guest has another seat of the same slot.")
        if booking.is_live:
            seats.add(booking.seat)
            guests.add(booking.email.lower())


def _check_uids(bookings: Sequence[BookingEntry]) -> None:
    seen: set[uuid.UUID] = set()
    for booking in bookings:
        if booking.uid in seen:
            _refuse(f"{booking.place}.uid", "Another booking of this file has this uid.")
        seen.add(booking.uid)


def _check_starts(slots: Sequence[SlotEntry]) -> None:
    """Only one slot of an event type may begin at a time, not counting withdrawn ones."""
    begun: dict[tuple[int, datetime], int] = {}
    offered: dict[tuple[int, datetime], str] = {}
    for slot in slots:
        key = slot.event_type, slot.start
        begun[key] = begun.get(key, 0) + 1
        if begun[key] > MOST_AT_ONE_START:
            _refuse(slot.place, "Too many slots of one event type begin at this time.")
        if slot.withdrawn_at is None and key in offered:
            _refuse(slot.place, f"Begins with {offered[key]}, which is of the same event type.")
        if slot.withdrawn_at is None:
            offered[key] = slot.place


def _booking(node: Node, locale: Callable[[str], str]) -> BookingEntry:
    status = BookingStatus(node.choice("status", [str(status) for status in BookingStatus]))
    guest = node.part("guest", lambda guest: _guest(guest, locale, is_live=status in ACTIVE))
    email = guest.pop("email")
    check = title if status in ACTIVE else line  # mails are only sent about bookings that are still to come
    return BookingEntry(
        place=node.place,
        uid=node.text("uid", _uuid),
        status=status,
        seat=node.whole("seat", 1, MOST_SEATS),
        email=email,
        values={
            "version": node.whole("version", 0, HIGHEST_VERSION),
            **guest,
            "subject": node.text(
                "subject", lambda value: check(value, request.LONGEST_SUBJECT, required=not is_erased(email))
            ),
            "notes": node.text("notes", lambda value: paragraph(value, request.LONGEST_NOTES)),
            "location": node.text("location", _line(request.LONGEST_LOCATION, required=False)),
            "is_guest_location": node.flag("is_guest_location"),
            "answers": {key: _answer(node, key, value) for key, value in node.mapping("answers").items()},
            "created_at": node.instant("created_at"),
            **_end_of(node, status),
        },
    )


def _guest(node: Node, locale: Callable[[str], str], *, is_live: bool) -> dict[str, Any]:
    check = title if is_live else line
    return {
        "guest_name": node.text("name", lambda value: check(value, request.LONGEST_NAME)),
        "email": node.text("email", lambda value: value if is_erased(value) else email_address(value)),
        "time_zone": node.text("time_zone", request.known_zone),
        "locale": node.text("locale", locale),
    }


def _end_of(node: Node, status: BookingStatus) -> dict[str, Any]:
    """Columns that apply only to some statuses."""
    expires_at = node.optional("expires_at", node.instant)
    cancelled_at = node.optional("cancelled_at", node.instant)
    by = node.optional("cancelled_by", lambda name: node.choice(name, [str(kind) for kind in ActorKind]))
    reason = node.optional(
        "cancel_reason", lambda name: node.text(name, lambda value: paragraph(value, request.LONGEST_REASON))
    )
    if (expires_at is None) == (status is BookingStatus.PENDING):
        node.refuse("expires_at", "Belongs to a pending booking, and to no other.")
    if not (cancelled_at is None) == (by is None) == (status is not BookingStatus.CANCELLED):
        node.refuse("cancelled_at", "With cancelled_by it belongs to a cancelled booking, and to no other.")
    return {"expires_at": expires_at, "cancelled_at": cancelled_at, "cancelled_by": by, "cancel_reason": reason}


def _answer(node: Node, key: str, value: Any) -> str | bool:
    if not _KEY.fullmatch(key) or len(node.mapping("answers")) > MOST_ANSWERS:
        node.refuse("answers", "Answers have keys of a-z, 0-9, - and _.")
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        node.refuse(f"answers.{key}", "Must be a text, true or false.")
    try:
        return paragraph(value, LONGEST_TEXT)
    except TextFault as fault:
        node.refuse(f"answers.{key}", str(fault))


def _uuid(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        raise TextFault("uid", "Must be a UUID.") from None


def _line(longest: int, *, required: bool = True) -> Callable[[str], str]:
    return lambda value: line(value, longest, required=required)


def _refuse(place: str, message: str) -> None:
    raise Invalid({place: [message]})
