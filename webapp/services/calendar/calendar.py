"""Queries for the host's calendar: meetings and free slots, and the hours of the default schedule behind them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select, union_all

from webapp.core.db import session
from webapp.domain.availability.instants import day_start, instant, to_datetime
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.windows import open_windows
from webapp.domain.bookings import NOT_LIVE, BookingStatus
from webapp.domain.errors import NotFound
from webapp.domain.text import searched
from webapp.models import Booking, Channel, Claim, Delivery, DeliveryStatus, Guest, Slot
from webapp.services.availability.schedule_facts import engine_schedule_of
from webapp.services.bookings.view import BookingView, booking_by_uid, booking_select, booking_view
from webapp.services.mail.reports import DeliveryState, delivery_states
from webapp.services.schedules.schedules import host_schedule
from webapp.services.slots.views import SlotView, overlapping_slots, slot_by_public_id, slot_select, slot_view

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class CalendarBooking:
    """The details of a guest in a slot that a calendar shows."""

    uid: uuid.UUID
    guest_name: str
    subject: str
    status: BookingStatus
    awaits_guest: bool


@dataclass(frozen=True, slots=True)
class CalendarSlot:
    """A slot in the host's calendar: free (no bookings), or with its bookings.

    `is_covered`: free, but not offered because a meeting or its buffer takes that time.
    """

    slot: SlotView
    bookings: tuple[CalendarBooking, ...]
    is_covered: bool = False


class DayCount(NamedTuple):
    """How many slots on a date have guests, and how many are free and still to come."""

    booked: int
    available: int


class BookingFilter(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BookingPage:
    """`undelivered`: ids of bookings on this page with a mail that could not be delivered."""

    bookings: tuple[BookingView, ...]
    page: int
    has_next: bool
    undelivered: frozenset[int] = frozenset()


def calendar_slots(host_id: int, first: datetime, last: datetime) -> list[CalendarSlot]:
    """Slots that overlap [first, last), sorted by start: free published ones, and all that take the host's time."""
    overlapping = _is_shown(host_id, first, last), Slot.starts_at < last, Slot.ends_at > first
    rows = session().execute(slot_select().where(*overlapping).order_by(Slot.starts_at, Slot.ends_at, Slot.id))
    slots = [slot_view(row) for row in rows]
    guests = _bookings_of([slot.id for slot in slots if slot.seats_taken])
    covered = _covered(host_id, first, last) if any(not slot.seats_taken for slot in slots) else frozenset()
    return [CalendarSlot(slot, tuple(guests.get(slot.id, ())), slot.id in covered) for slot in slots]


def day_counts(host_id: int, time_zone: str, first: date, days: int) -> dict[date, DayCount]:
    """Counts of slots by local start date in the zone, for `days` dates from `first` on; dates without slots are left
    out.

    The start of each date is passed to the database, whose time zone data may be of another version.
    """
    begins = [to_datetime(day_start(time_zone, first + timedelta(days=number))) for number in range(days + 1)]
    number = func.width_bucket(Slot.starts_at, begins).label("number")  # 1 for `first`
    booked = func.count().filter(Slot.seats_taken > 0)
    available = func.count().filter(Slot.seats_taken == 0, Slot.starts_at > func.now())
    rows = session().execute(
        select(number, booked.label("booked"), available.label("available"))
        .where(_is_shown(host_id, begins[0], begins[-1]), Slot.starts_at >= begins[0], Slot.starts_at < begins[-1])
        .group_by(number)
    )
    return {first + timedelta(days=row.number - 1): DayCount(row.booked, row.available) for row in rows}


def has_slots(host_id: int) -> bool:
    """Whether the host has ever published a slot or been booked."""
    has_any = exists().where(Slot.host_id == host_id) | exists().where(Claim.host_id == host_id)
    return bool(session().execute(select(has_any)).scalar())


def calendar_slot(public_id: uuid.UUID, *, host_id: int) -> CalendarSlot:
    """The slot. Raises NotFound if it does not exist, is withdrawn or is another host's."""
    slot = slot_by_public_id(session(), public_id, host_id=host_id)
    if slot is None:
        raise NotFound
    covered = not slot.seats_taken and slot.id in _covered(host_id, slot.start, slot.end)
    return CalendarSlot(slot, tuple(_bookings_of([slot.id]).get(slot.id, ())), covered)


def host_booking(uid: uuid.UUID, *, host_id: int) -> BookingView:
    """The booking. Raises NotFound if it does not exist or is another host's."""
    booking = booking_by_uid(session(), uid, host_id=host_id)
    if booking is None:
        raise NotFound
    return booking


def booking_mails(booking: BookingView) -> list[DeliveryState]:
    """All mails of a booking, oldest first."""
    return delivery_states(session(), booking.id)


def bookings_page(host_id: int, *, which: BookingFilter, search: str = "", page: int = 1) -> BookingPage:
    """One page of the host's bookings: upcoming ones in order of time, past and cancelled ones latest first.

    `search` matches guest name, e-mail address and subject, regardless of case and Unicode form.
    """
    query = booking_select().where(Booking.host_id == host_id, *_of_kind(which))
    if words := searched(search):
        query = query.where(_matches(words))
    order = Slot.starts_at.asc() if which is BookingFilter.UPCOMING else Slot.starts_at.desc()
    rows = (
        session().execute(query.order_by(order, Booking.id).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    )
    bookings = tuple(booking_view(row) for row in rows[:PAGE_SIZE])
    return BookingPage(bookings, page, len(rows) > PAGE_SIZE, _undelivered(bookings))


def _is_shown(host_id: int, first: datetime, last: datetime) -> ColumnElement[bool]:
    """Slots that claim any of the host's time in [first, last), and free ones that overlap it."""
    claimed = select(Claim.slot_id).where(Claim.takes(host_id, first, last))
    return Slot.id.in_(union_all(claimed, select(Slot.id).where(*_free(host_id, first, last))))


def _free(host_id: int, first: datetime, last: datetime) -> tuple[ColumnElement[bool], ...]:
    return *overlapping_slots(host_id, first, last), Slot.seats_taken == 0


def _covered(host_id: int, first: datetime, last: datetime) -> frozenset[int]:
    """Free slots that cannot be booked because the host's time is taken, buffers included."""
    taken = exists().where(Claim.takes(Slot.host_id, func.lower(Slot.busy), func.upper(Slot.busy)))
    return frozenset(session().scalars(select(Slot.id).where(*_free(host_id, first, last), taken)))


def _bookings_of(slot_ids: Sequence[int]) -> dict[int, list[CalendarBooking]]:
    query = (
        select(Booking.slot_id, Booking.uid, Booking.guest_name, Booking.subject, Booking.status, Booking.awaits_guest)
        .where(Booking.slot_id.in_(slot_ids), Booking.is_live)
        .order_by(Booking.seat)
    )
    found: dict[int, list[CalendarBooking]] = {}
    for row in session().execute(query) if slot_ids else ():
        one = CalendarBooking(row.uid, row.guest_name, row.subject, BookingStatus(row.status), row.awaits_guest)
        found.setdefault(row.slot_id, []).append(one)
    return found


def _undelivered(bookings: Sequence[BookingView]) -> frozenset[int]:
    dead = select(Delivery.booking_id).where(
        Delivery.booking_id.in_([booking.id for booking in bookings]),
        Delivery.channel == Channel.MAIL,
        Delivery.status == DeliveryStatus.DEAD,
    )
    return frozenset(id_ for id_ in session().scalars(dead) if id_) if bookings else frozenset()


def _of_kind(which: BookingFilter) -> tuple[Any, ...]:
    if which is BookingFilter.CANCELLED:
        return Booking.status.in_(NOT_LIVE), ~Booking.awaits_guest
    if which is BookingFilter.UPCOMING:
        return Booking.is_live, Slot.ends_at > func.now()  # includes a no-show until the meeting ends
    return Booking.is_live, Slot.ends_at <= func.now()


def _matches(search: str) -> Any:
    columns = (Booking.guest_name, Guest.email, Booking.subject)
    return or_(*(column.icontains(search, autoescape=True) for column in columns))


def open_hours(host_id: int, first: datetime, last: datetime) -> list[Interval]:
    """The windows that overlap [first, last), in Unix seconds: after overrides and holidays, regardless of meetings."""
    begin, end = instant(first), instant(last)
    schedule = engine_schedule_of(host_schedule(host_id).content, begin)
    return open_windows(schedule, begin, end)
