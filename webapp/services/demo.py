"""Demo data for a first look: a host with slots over the next two weeks, some of them booked, and an admin."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.db import session
from webapp.domain.actor import GUEST, host_actor
from webapp.models import Host
from webapp.services.accounts import create_host
from webapp.services.booking_commands import Book
from webapp.services.bookings import book
from webapp.services.slot_views import SlotView
from webapp.services.slots import NewSlot, publish

ZONE = "Europe/Berlin"
SLUG = "demo"
DAYS = 14
# (duration in minutes, local start) of each working day
TIMES = ((30, "09:00"), (30, "09:30"), (30, "10:00"), (60, "10:30"), (15, "13:00"), (15, "13:15"), (30, "14:00"),
         (60, "14:30"), (30, "16:00"))  # fmt: skip
GUESTS = (
    ("Ada Example", "ada@example.net", "First meeting", "Europe/London"),
    ("Grace Example", "grace@example.net", "Review of the draft", "America/New_York"),
    ("Lin Example", "lin@example.net", "Questions about the course", "Asia/Tokyo"),
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who can log in to the demo, with the password in clear, for printing once."""

    role: str
    email: str
    password: str


def make_demo(hash_password: Callable[[str], str]) -> list[Credentials]:
    """Make the demo data once; an instance that has a host already is left alone and gives []."""
    if session().execute(select(Host.id).limit(1)).first():
        return []
    host = Credentials("host", "host@example.org", secrets.token_urlsafe(9))
    admin = Credentials("admin", "admin@example.org", secrets.token_urlsafe(9))
    account = {"time_zone": ZONE, "confirmed": True}
    host_id = create_host(
        email=host.email, name="Demo Host", slug=SLUG, password_hash=hash_password(host.password), **account
    )
    create_host(
        email=admin.email,
        name="Demo Admin",
        slug="demo-admin",
        password_hash=hash_password(admin.password),
        roles=("host", "admin"),
        **account,
    )
    _book_some(_publish_two_weeks(host_id))
    return [host, admin]


def _publish_two_weeks(host_id: int) -> list[SlotView]:
    today = datetime.now(ZoneInfo(ZONE)).date()
    days = [today + timedelta(days=ahead) for ahead in range(1, DAYS + 1)]
    new = [
        NewSlot(start=_at(day, start), duration_minutes=minutes)
        for day in days
        if day.weekday() < 5
        for minutes, start in TIMES
    ]
    return publish(new, host_id=host_id, actor=host_actor(host_id))


def _book_some(slots: list[SlotView]) -> None:
    """Every seventh slot, so that both states are seen from the first day on."""
    for (name, email, subject, zone), slot in zip(GUESTS * 2, slots[1::7], strict=False):
        wish = Book(slot_id=slot.public_id, name=name, email=email, subject=subject, time_zone=zone)
        book(wish, actor=GUEST)


def _at(day: date, start: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(start), ZoneInfo(ZONE))
