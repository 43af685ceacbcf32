"""The relay is notified of new events, and of nothing else."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.builders import Build, tomorrow
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.errors import SlotTaken
from webapp.services.bookings import bookings, insert
from webapp.services.shared.outbox import CHANNEL

SECONDS = 2.0


@pytest.fixture
def listener(build: Build) -> Iterator[psycopg.Connection]:
    url: str = build.app.extensions["settings"].database_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


def heard(listener: psycopg.Connection, *, seconds: float = SECONDS) -> int:
    return len(list(listener.notifies(timeout=seconds, stop_after=1)))


def test_a_booking_and_its_cancellation_wake_the_relay_once_they_can_be_read(
    build: Build, listener: psycopg.Connection
) -> None:
    booking = build.booking(build.slot(build.host()))
    assert heard(listener) == 1
    assert listener.execute("SELECT kind FROM outbox_event").fetchall() == [("booking.confirmed",)]
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(booking.host_id))
    assert heard(listener) == 1


def test_a_refused_booking_wakes_nobody(build: Build, listener: psycopg.Connection) -> None:
    slot = build.slot(build.host(), tomorrow())
    build.booking(slot)
    assert heard(listener) == 1
    with build.app.app_context(), pytest.raises(SlotTaken):
        bookings.book(build.command(slot_id=slot.public_id), actor=GUEST)
    assert heard(listener, seconds=0.2) == 0


def test_what_fails_after_its_event_was_written_wakes_nobody(
    build: Build, listener: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = build.slot(build.host(), tomorrow())

    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(insert, "spend_link", fail)  # the last step of a booking by such a link
    with build.app.app_context(), pytest.raises(ConnectionError):
        bookings.book(build.command(slot_id=slot.public_id, idempotency_key="k", link_token="t"), actor=GUEST)
    assert heard(listener, seconds=0.2) == 0
    assert build.rows("SELECT 1 FROM outbox_event") == []
