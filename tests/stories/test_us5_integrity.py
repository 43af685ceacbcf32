"""US5. A booking references a host, a guest and a slot; whatever is deleted or updated, references stay whole, and no
double booking can happen: not under load, not by the admin, not by raw SQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.live import Live, Person
from tests.stories.test_us2_book import GUEST, form_of_first_time


@pytest.fixture
def raw(environment: dict[str, str]) -> Iterator[psycopg.Connection]:
    """A connection as the application's own role."""
    with psycopg.connect(environment["DATABASE_URL"], options="-c role=openslot_app") as connection:
        yield connection


@pytest.mark.parametrize("table", ["host", "guest", "slot", "event_type"])
def test_nothing_that_a_booking_references_can_be_deleted(
    table: str, host: int, build: Build, raw: psycopg.Connection
) -> None:
    booking = build.booking(build.slot(host))
    with pytest.raises((errors.ForeignKeyViolation, errors.InsufficientPrivilege)), raw.transaction():
        raw.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]
    assert build.row("SELECT uid FROM booking")[0] == booking.uid


def test_raw_sql_cannot_book_twice(host: int, build: Build, raw: psycopg.Connection) -> None:
    slot = build.slot(host)
    build.booking(slot)
    with pytest.raises((errors.UniqueViolation, errors.CheckViolation)), raw.transaction():
        raw.execute(
            "INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject,"
            " time_zone) SELECT host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, time_zone"
            " FROM booking"
        )
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_raw_sql_cannot_claim_overlapping_time(host: int, build: Build, raw: psycopg.Connection) -> None:
    hour, other = build.slot(host, tomorrow(10), 60), build.slot(host, tomorrow(10, 30), 30)
    build.booking(hour)
    claim = "INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM slot WHERE id = %s"
    with pytest.raises(errors.ExclusionViolation), raw.transaction():
        raw.execute(claim, [other.id])
    assert build.row("SELECT count(*) FROM claim")[0] == 1


def test_of_twelve_guests_at_once_exactly_one_gets_the_slot(
    host: int, live: Live, person: Callable[[], Person], build: Build
) -> None:
    build.slot(host, tomorrow(10))
    guests = [person() for _ in range(12)]
    forms = [form_of_first_time(guest, tomorrow()) for guest in guests]
    with ThreadPoolExecutor(12) as pool:
        jobs = [
            pool.submit(guest.submit, form, action="/book", **GUEST | {"email": f"guest{number}@example.net"})
            for number, (guest, form) in enumerate(zip(guests, forms, strict=True))
        ]
        answers = sorted(job.result().status_code for job in jobs)
    assert answers == [200] + [409] * 11
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert build.row("SELECT count(*) FROM claim")[0] == 1


def test_the_record_survives_a_slot_that_the_host_takes_back(
    host: int, person: Callable[[], Person], build: Build, owner: Engine
) -> None:
    slot = build.slot(host, tomorrow(10))
    booking = build.booking(slot)
    ada = person()
    ada.log_in("ada@example.org")
    refused = ada.submit(f"/calendar/slots/{slot.public_id}/delete", action="/delete")
    assert refused.status_code == 409
    ada.submit(f"/bookings/{booking.uid}/cancel", action="/cancel", sure="y")
    ada.submit(f"/calendar/slots/{slot.public_id}/delete", action="/delete")
    row = build.row("SELECT s.withdrawn_at, s.starts_at, b.status FROM booking b JOIN slot s ON s.id = b.slot_id")
    assert row.withdrawn_at is not None
    assert (row.starts_at, row.status) == (slot.start, "cancelled")
