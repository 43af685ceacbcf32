"""A host's bookings as a calendar to subscribe to.

A meeting with one guest is one VEVENT, with the UID of its invitation. A group slot is also one VEVENT, with its guests
in the description: a calendar shows the host where to be, and ten entries at the same hour would hide everything else.
Calendar programs treat each response as the complete state, so cancelled bookings are simply left out.

DTSTAMP is when a booking or a blocked time last changed, according to the audit log: the bytes stay the same until
something changes.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Label, Select, func, select

from webapp.core.db import session
from webapp.core.extensions import signer
from webapp.domain.bookings import BookingStatus
from webapp.domain.text import flattened
from webapp.models import AuditEntry, BlockedTime, Booking, Claim, EventType, Slot
from webapp.services.bookings.view import BookingView, booking_from, booking_select
from webapp.services.ical.feeds import Detail, FeedReader
from webapp.services.ical.files import calendar_address, host_lines, host_summary, text_of, uid_of
from webapp.services.ical.published import Entry, published_calendar
from webapp.services.shared.links import booking_url, host_page_url, slot_url

BACK = timedelta(days=90)
AHEAD = timedelta(days=3 * 366)  # further ahead than guests can book, for bookings that were imported
MOST_ROWS = 1000  # the latest are included: each takes a third of a millisecond
LONGEST_DESCRIPTION = 2000  # a slot takes up to a thousand guests, each with notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts in the reader's language, and a function that formats a booking's answers as (question, answer)."""

    calendar_name: str
    busy: str
    blocked: str
    pending: str
    answered: Callable[[BookingView], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Seat:
    """A live booking, when it last changed, and the capacity of its slot."""

    booking: BookingView
    changed_at: datetime
    capacity: int

    @property
    def is_pending(self) -> bool:
        return self.booking.status is BookingStatus.PENDING


def bookings_calendar(reader: FeedReader, words: Words) -> bytes:
    """Bookings from 90 days ago up to the last day that can be booked; two queries, and one if there are answers."""
    entries = _full_entries if reader.detail is Detail.FULL else _busy_entries
    return published_calendar(words.calendar_name, entries(reader, words))


def _full_entries(reader: FeedReader, words: Words) -> Iterator[Entry]:
    organizer = calendar_address(reader.host_email), reader.host_name
    for seats in _taken_slots(reader.host_id):
        is_group = len(seats) > 1 or seats[0].capacity > 1
        yield _group_entry(seats, organizer, words) if is_group else _meeting_entry(seats[0], organizer, words)
    for blocked in _blocked_times(reader.host_id):
        yield Entry(
            uid=uid_of(blocked.public_id),
            version=0,
            stamp=blocked.changed_at,
            start=blocked.starts_at,
            end=blocked.ends_at,
            organizer=organizer,
            summary=flattened(blocked.note) or words.blocked,
            is_away=True,
            is_private=True,
        )


def _meeting_entry(seat: Seat, organizer: tuple[str, str], words: Words) -> Entry:
    view, url = seat.booking, booking_url(seat.booking.uid)
    return Entry(
        uid=uid_of(view.uid),
        version=view.version,
        stamp=seat.changed_at,
        start=view.start,
        end=view.end,
        organizer=organizer,
        summary=_name(seat, words),
        is_tentative=seat.is_pending,
        is_private=True,
        location=flattened(view.location),
        description=_description([*host_lines(view), *_answers(view, words)], url),
        url=url,
    )


def _group_entry(seats: Sequence[Seat], organizer: tuple[str, str], words: Words) -> Entry:
    view, url = seats[0].booking, slot_url(seats[0].booking.slot_public_id)
    places = {flattened(seat.booking.location) for seat in seats}
    return Entry(
        uid=uid_of(view.slot_public_id),
        version=0,
        stamp=max(seat.changed_at for seat in seats),
        start=view.start,
        end=view.end,
        organizer=organizer,
        summary=flattened(f"{view.event_type_title} ({len(seats)}/{seats[0].capacity})"),
        is_tentative=all(seat.is_pending for seat in seats),
        is_private=True,
        location=places.pop() if len(places) == 1 else "",
        description=_description([line for seat in seats for line in _guest_lines(seat, words)], url),
        url=url,
    )


def _guest_lines(seat: Seat, words: Words) -> list[str]:
    """Without the event type's title, which is in the summary; ends with a blank line."""
    _title, *known = host_lines(seat.booking)
    return [_name(seat, words), *known, *_answers(seat.booking, words), ""]


def _name(seat: Seat, words: Words) -> str:
    name = host_summary(seat.booking)
    return f"{name} ({words.pending})" if seat.is_pending else name


def _answers(view: BookingView, words: Words) -> list[str]:
    return [f"{question}: {line}" for question, answer in words.answered(view) for line in answer.splitlines()]


def _description(lines: Sequence[str], url: str) -> str:
    text = text_of(lines)
    return f"{text if len(text) <= LONGEST_DESCRIPTION else text[:LONGEST_DESCRIPTION] + '…'}\n{url}"


def _busy_entries(reader: FeedReader, words: Words) -> Iterator[Entry]:
    """Only the times, not who, what or which kind of busy; the UIDs appear nowhere else."""
    about: dict[str, Any] = {"version": 0, "organizer": (host_page_url(reader.host_slug), ""), "summary": words.busy}
    for seats in _taken_slots(reader.host_id):
        view, stamp = seats[0].booking, max(seat.changed_at for seat in seats)
        yield Entry(uid=_unknown_uid(view.slot_public_id), stamp=stamp, start=view.start, end=view.end, **about)
    for one in _blocked_times(reader.host_id):
        uid = _unknown_uid(one.public_id)
        yield Entry(uid=uid, stamp=one.changed_at, start=one.starts_at, end=one.ends_at, **about)


def _unknown_uid(public_id: uuid.UUID) -> str:
    return uid_of(uuid.UUID(bytes=signer.tag("busy feed", public_id.bytes), version=4))


def _taken_slots(host_id: int) -> Iterator[list[Seat]]:
    """The live bookings of each slot that takes the host's time, by start."""
    now = datetime.now(UTC)
    claimed = select(Claim.slot_id).where(Claim.takes(host_id, now - BACK, now + AHEAD))
    rows = session().execute(
        _without_questions()
        .add_columns(_changed_at("booking", Booking), Slot.capacity)
        .where(
            Booking.is_live,
            ~Booking.awaits_guest,
            Slot.id.in_(claimed),
            Slot.starts_at < now + AHEAD,
            Slot.ends_at > now - BACK,
        )
        .order_by(Slot.starts_at.desc(), Slot.id.desc(), Booking.seat.desc())
        .limit(MOST_ROWS)
    )
    found = rows.all()[::-1]
    questions = _questions(host_id) if any(row.answers for row in found) else {}
    seats = [_seat(row, questions) for row in found]
    for _, of_slot in groupby(seats, lambda seat: seat.booking.slot_id):
        yield list(of_slot)


def _without_questions() -> Select[Any]:
    """The questions of an event type are longer than all the rest, and the same for each of its bookings."""
    query = booking_select()
    return query.with_only_columns(*(column for column in query.selected_columns if column.name != "questions"))


def _questions(host_id: int) -> dict[int, Any]:
    """By event type."""
    rows = session().execute(select(EventType.id, EventType.questions).where(EventType.host_id == host_id))
    return {row.id: row.questions for row in rows}


def _seat(row: Any, questions: Mapping[int, Any]) -> Seat:
    fields = dict(row._mapping)
    fields["questions"] = questions.get(row.event_type_id, [])
    changed_at, capacity = fields.pop("changed_at"), fields.pop("capacity")
    return Seat(booking_from(fields), changed_at, capacity)


def _blocked_times(host_id: int) -> Sequence[Any]:
    now = datetime.now(UTC)
    what = BlockedTime.public_id, BlockedTime.starts_at, BlockedTime.ends_at, BlockedTime.note
    return (
        session()
        .execute(
            select(*what, _changed_at("blocked_time", BlockedTime))
            .where(
                BlockedTime.host_id == host_id,
                BlockedTime.ends_at > now - BACK,
                BlockedTime.starts_at < now + AHEAD,
            )
            .order_by(BlockedTime.starts_at, BlockedTime.id)
            .limit(MOST_ROWS)
        )
        .all()
    )


def _changed_at(kind: str, model: type[Booking] | type[BlockedTime]) -> Label[datetime]:
    """The time of its last entry in the audit log."""
    audited = AuditEntry.object_kind == kind, AuditEntry.object_id == model.id
    last = select(func.max(AuditEntry.occurred_at)).where(*audited).scalar_subquery()
    return func.coalesce(last, model.created_at).label("changed_at")
