"""Builders: rows with defaults, created through the services wherever a service exists."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, Row, text

from webapp.domain.actor import GUEST, host_actor
from webapp.services.accounts.accounts import create_host
from webapp.services.bookings import bookings
from webapp.services.bookings.request import Book
from webapp.services.bookings.view import BookingView
from webapp.services.slots import slots
from webapp.services.slots.plans import NewSlot
from webapp.services.slots.views import SlotView

_numbers = itertools.count(1)


@dataclass
class Calendar:
    """The day that it is, UTC: looked up before each test, so that midnight does not pass in the middle of one."""

    today: date

    def look(self) -> None:
        self.today = datetime.now(UTC).date()


calendar = Calendar(datetime.now(UTC).date())


def tomorrow(hour: int = 10, minute: int = 0, *, days: int = 1) -> datetime:
    """A full minute some days ahead, UTC."""
    return at(calendar.today + timedelta(days=days), hour, minute)


def coming(month: int, day: int, hour: int = 10, minute: int = 0, *, days: int = 2) -> datetime:
    """A full minute of the next such date of a year that is so many days ahead at least, UTC.

    For what depends on the season, or on how long the month is.
    """
    soonest = calendar.today + timedelta(days=days)
    found = date(soonest.year, month, day)
    return at(found if found >= soonest else found.replace(year=soonest.year + 1), hour, minute)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


class Build:
    def __init__(self, app: Flask, owner: Engine) -> None:
        self.app = app
        self.owner = owner

    def host(self, **given: Any) -> int:
        """A confirmed host with the three event types of a new host (slugs 15min, 30min, 60min); gives the id."""
        number = next(_numbers)
        values = {
            "email": f"host{number}@example.org",
            "name": f"Host {number}",
            "slug": f"host-{number}",
            "time_zone": "Europe/Berlin",
            "password_hash": None,
            "confirmed": True,
        } | given
        with self.app.app_context():
            return create_host(**values)

    def event_type(self, host_id: int, slug: str = "30min", **changes: Any) -> int:
        """Change an event type of the host; gives its id."""
        sets = ", ".join(f"{column} = :{column}" for column in changes) or "slug = slug"
        statement = f"UPDATE event_type SET {sets} WHERE host_id = :host_id AND slug = :the_slug RETURNING id"
        return int(self.row(statement, host_id=host_id, the_slug=slug, **changes)[0])

    def slot(self, host_id: int, start: datetime | None = None, duration: int = 30, **given: Any) -> SlotView:
        return self.slots(host_id, [start or tomorrow()], duration, **given)[0]

    def slots(self, host_id: int, starts: Sequence[datetime], duration: int = 30, **given: Any) -> list[SlotView]:
        new = [NewSlot(start=start, duration_minutes=duration, **given) for start in starts]
        with self.app.app_context():
            return slots.publish(new, host_id=host_id, actor=host_actor(host_id))

    def booking(self, slot: SlotView, **given: Any) -> BookingView:
        with self.app.app_context():
            return bookings.book(self.command(slot_id=slot.public_id, **given), actor=GUEST)

    def command(self, **given: Any) -> Book:
        values = {
            "name": "Gita Guest",
            "email": f"guest{next(_numbers)}@example.net",
            "subject": "Getting to know each other",
            "time_zone": "Europe/Lisbon",
        } | given
        return Book(**values)

    def row(self, statement: str, **values: Any) -> Row[Any]:
        """The one row of a statement, run and committed as the owner."""
        with self.owner.begin() as connection:
            return connection.execute(text(statement), values).one()

    def rows(self, statement: str, **values: Any) -> Sequence[Row[Any]]:
        with self.owner.begin() as connection:
            return connection.execute(text(statement), values).all()
