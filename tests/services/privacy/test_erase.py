"""Erasure during normal operation: nobody is partially erased, and nobody waits for long."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import Build, tomorrow
from tests.effects.traces import traces_in_tables
from tests.services.guest_words import WORD, build_guest
from tests.services.threads import at_once
from webapp.core.db import database_now, transaction
from webapp.core.extensions import db
from webapp.domain.actor import GUEST, SYSTEM, Actor, host_actor
from webapp.domain.erasure import erased_address, is_erased
from webapp.domain.errors import DomainError, Forbidden, Overloaded
from webapp.models import Host
from webapp.services.bookings import bookings
from webapp.services.privacy import erase
from webapp.services.privacy.erase import Erasure, erase_address
from webapp.services.privacy.guests import guests_at

EMAIL = "gita@example.net"
HALF_ERASED = """
    SELECT b.id FROM booking b JOIN guest g ON g.id = b.guest_id
    WHERE (g.email LIKE '%@erased.invalid') <> (b.guest_name = 'Erased guest')
       OR (b.guest_name = 'Erased guest') <> (b.subject = '')
"""


@pytest.mark.usefixtures("context")
def test_no_column_of_the_guest_is_left(build: Build) -> None:
    words = build_guest(build)
    assert set(words) <= set(traces_in_tables(build.owner, WORD))
    erase_address(words["guest.email"])
    left = traces_in_tables(build.owner, WORD)
    assert left == [], (
        f"{', '.join(left)} outlives the guest: empty it in webapp/services/privacy/erase.py, which empties the columns"
        " of a booking by itself."
    )


def test_a_booking_is_erased_whole_or_is_a_new_guests(app: Flask, build: Build) -> None:
    hosts = [build.host() for _ in range(2)]
    group = build.slot(hosts[0], tomorrow(8), 60, capacity=20)
    build.booking(group, email=EMAIL)
    slots = [build.slots(host, [tomorrow(hour, days=2) for hour in range(6, 10)]) for host in hosts]
    commands = [build.command(slot_id=slot.public_id, email=EMAIL) for of_host in slots for slot in of_host]
    commands += [build.command(slot_id=group.public_id) for _ in range(4)]
    acts: list[Callable[[], object]] = [lambda c=command: bookings.book(c, actor=GUEST) for command in commands]
    for number in (2, 5, 8, 11):
        acts.insert(number, lambda: erase_address(EMAIL))
    faults = at_once(app, *acts)
    assert [fault for fault in faults if not isinstance(fault, DomainError)] == []
    assert build.rows(HALF_ERASED) == []
    with app.app_context():
        erase_address(EMAIL)
        assert guests_at(db.session(), EMAIL) == []
    assert build.rows(HALF_ERASED) == []
    live = "SELECT count(*) FROM booking WHERE is_live"
    assert build.row(live)[0] == build.row("SELECT sum(seats_taken) FROM slot")[0] == 4


@pytest.mark.usefixtures("context")
def test_a_host_who_cancels_at_that_moment_is_in_nobodys_way(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    host = build.host()
    first, second = (build.booking(slot, email=EMAIL) for slot in build.slots(host, [tomorrow(8), tomorrow(10)]))

    def meanwhile(session: Session) -> datetime:
        cancelled = at_once(build.app, lambda: bookings.cancel(first.uid, actor=host_actor(host), reason="Ill"))
        assert cancelled == []
        return database_now(session)

    monkeypatch.setattr(erase, "database_now", meanwhile)
    assert erase_address(EMAIL) == Erasure(guests=1, bookings=2)
    assert build.rows(HALF_ERASED) == []
    assert build.rows("SELECT uid, cancelled_by, cancel_reason FROM booking ORDER BY id") == [
        (first.uid, "host", None),
        (second.uid, "guest", None),
    ]


@pytest.mark.usefixtures("context")
def test_a_fault_in_the_middle_erases_nothing(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    host = build.host()
    for slot in build.slots(host, [tomorrow(8), tomorrow(10)]):
        build.booking(slot, email=EMAIL)
    before = build.rows("SELECT * FROM booking ORDER BY id")
    monkeypatch.setattr(erase, "erased_address", lambda: "")  # which the table refuses
    with pytest.raises(DBAPIError):
        erase_address(EMAIL)
    assert build.rows("SELECT * FROM booking ORDER BY id") == before
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.cancelled'")[0] == 0


def test_erasing_twice_at_once_is_erasing_once(app: Flask, build: Build) -> None:
    for slot in build.slots(build.host(), [tomorrow(8), tomorrow(10)]):
        build.booking(slot, email=EMAIL)
    guest = build.row("SELECT id FROM guest").id
    acts = [lambda: erase_address(EMAIL), lambda: erase.erase_guest(guest, actor=SYSTEM)] * 3
    assert at_once(app, *acts) == []
    assert build.row("SELECT count(*) FROM audit_entry WHERE action = 'guest.erased'")[0] == 1
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'booking.cancelled'")[0] == 2


@pytest.mark.usefixtures("context")
def test_who_books_again_before_the_sweep_comes_stays(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = build.slot(build.host())
    build.booking(slot, email=EMAIL)
    guest = build.row("SELECT id FROM guest").id
    # as the sweep saw it a moment ago
    monkeypatch.setattr(erase, "_known", lambda _which: [guest])
    assert erase.erase_past_guests(1) == 0
    assert build.row("SELECT email FROM guest")[0] == EMAIL


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("actor", [GUEST, host_actor(1)])
def test_single_guests_are_erased_by_admins(build: Build, actor: Actor) -> None:
    build.booking(build.slot(build.host()), email=EMAIL)
    with pytest.raises(Forbidden):
        erase.erase_guest(build.row("SELECT id FROM guest").id, actor=actor)
    assert build.row("SELECT email FROM guest")[0] == EMAIL


@pytest.mark.usefixtures("context")
def test_an_unknown_address_is_no_fault(build: Build) -> None:
    build.booking(build.slot(build.host()))
    assert erase_address("nobody@example.net") == Erasure(0, 0)


def test_an_erased_address_is_told_from_all_others() -> None:
    assert is_erased(erased_address())
    assert len({erased_address() for _ in range(1000)}) == 1000
    others = ("guest-0@erased.invalid", "guest-0123456789abcdef@erased.invalid.org", "x" + erased_address(), "")
    assert not any(map(is_erased, others))


@pytest.mark.usefixtures("context")
def test_a_meeting_under_way_goes_on(build: Build) -> None:
    host = build.host()
    slot = build.slot(host)
    build.booking(slot, email=EMAIL)
    build.row(
        "UPDATE slot SET starts_at = now() - interval '5 minutes', ends_at = now() + interval '25 minutes',"
        " busy = tstzrange(now() - interval '5 minutes', now() + interval '25 minutes') RETURNING id"
    )
    erase_address(EMAIL)
    assert tuple(build.row("SELECT status, guest_name FROM booking")) == ("confirmed", "Erased guest")


@pytest.fixture
def impatient(context: None) -> Iterator[None]:
    """Waits a tenth of a second for locks, where the application waits three."""

    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 100")

    event.listen(db.engine, "begin", hurry)
    yield
    event.remove(db.engine, "begin", hurry)


@pytest.mark.usefixtures("impatient")
def test_who_is_busy_is_told_so_and_nothing_is_erased(build: Build) -> None:
    host = build.host()
    build.booking(build.slot(host), email=EMAIL)
    with build.owner.begin() as other:
        other.execute(text("SELECT id FROM host FOR UPDATE"))
        with pytest.raises(Overloaded):
            erase_address(EMAIL)
    assert build.row("SELECT email FROM guest")[0] == EMAIL
    with transaction() as session:
        assert session.get(Host, host) is not None
