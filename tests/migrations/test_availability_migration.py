"""Data from 0001 still work after 0002: slots are offered and booked, bookings are rescheduled and cancelled."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.migrations.conftest import Fresh
from tests.models.attacker import DAY, Attacker, populate
from webapp.core.extensions import db
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.bookings import BookingStatus
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import list_offers
from webapp.services.bookings import bookings
from webapp.services.bookings.request import Book
from webapp.services.event_types import event_types
from webapp.services.schedules import schedules


@pytest.fixture
def migrated(fresh: Fresh) -> dict[str, int]:
    """Rows of 0001, one booking of them pending, brought to the present. Gives the ids by name."""
    fresh.up("0001")
    url = fresh.app.extensions["settings"].database_url
    with psycopg.connect(url, options="-c role=openslot_app") as connection:
        ids = populate(Attacker(connection))
        connection.execute("UPDATE booking SET status = 'pending' WHERE id = %s", [ids["last_seat"]])
        connection.execute("UPDATE host SET confirmed_at = now()")
    fresh.up()
    return ids


@contextmanager
def inside(fresh: Fresh) -> Iterator[None]:
    """The application on that database, all its connections closed at the end."""
    with fresh.app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def test_event_types_and_slots_are_as_they_were(fresh: Fresh, migrated: dict[str, int]) -> None:
    with inside(fresh):
        [event_type] = event_types.host_event_types(migrated["host"])
        assert event_type.content.is_public
        assert not event_type.content.requires_confirmation
        assert schedules.host_schedule(migrated["host"]).content.weekly_hours == ()
        what = find_offering("host", event_type.content.slug)
        begin = int(DAY.timestamp())
        hours = [(offer.start - begin) // 3600 for offer in list_offers(what, begin, begin + 86_400)]
        assert hours == [10, 14], "what was published, and nothing else"


def test_what_was_there_can_be_booked_moved_and_cancelled(fresh: Fresh, migrated: dict[str, int]) -> None:
    with inside(fresh):
        slug = event_types.host_event_types(migrated["host"])[0].content.slug
        wish = Book(
            host="host", event_type=slug, start=DAY.replace(hour=10), name="Gita Guest", email="gita@example.net",
            subject="Hello", time_zone="Europe/Lisbon",
        )  # fmt: skip
        new = bookings.book(wish, actor=GUEST)
        assert new.status is BookingStatus.CONFIRMED
        bookings.cancel(new.uid, actor=host_actor(migrated["host"]))
        with fresh.owner.connect() as connection:
            old = connection.exec_driver_sql(
                "SELECT uid FROM booking WHERE id = %s", (migrated["booking"],)
            ).scalar_one()
        moved = bookings.reschedule(old, DAY.replace(hour=10), actor=host_actor(migrated["host"]))
        assert (moved.start.hour, moved.version) == (10, 1)


def test_a_booking_that_waited_for_nobody_is_confirmed(fresh: Fresh, migrated: dict[str, int]) -> None:
    query = "SELECT status, expires_at, location FROM booking WHERE id = %s"
    with fresh.owner.connect() as connection:
        row = connection.exec_driver_sql(query, (migrated["last_seat"],)).one()
    assert tuple(row) == ("confirmed", None, "")
