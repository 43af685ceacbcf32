"""Imported bookings were already notified by the other instance: this one sends only their reminders, and those to
guests only if their address is confirmed here."""

import pytest
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.conftest import empty_tables
from tests.effects.harness import InProcess, subjects
from tests.services.portability.documents import build_busy_host, exported, imported
from webapp.core.db import transaction
from webapp.domain.actor import host_actor, manage_link_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.addresses.confirmed import confirm_address
from webapp.services.bookings import bookings, decisions

pytestmark = pytest.mark.usefixtures("context")


def test_no_letter_goes_out_but_reminders_do(build: Build, mailer: InProcess, sink: MailSink, owner: Engine) -> None:
    text = exported(build_busy_host(build))
    empty_tables(owner)
    with transaction() as current:
        for address in ("moved@example.net", "gita@example.net"):
            confirm_address(current, address)
    imported(text, build.host())
    mailer.run()
    assert sink.messages == []
    assert mailer.deliveries() == []
    query = "SELECT b.id, lower(g.email) FROM booking b JOIN guest g ON g.id = b.guest_id WHERE b.status = 'confirmed'"
    coming = {(number, email) for number, email in build.rows(query)}
    known = {number for number, email in coming if email in ("moved@example.net", "gita@example.net")}
    assert 0 < len(known) < len(coming)
    reminded = {
        who: {row.booking_id for row in mailer.reminders() if row.recipient == who} for who in ("guest", "host")
    }
    assert reminded == {"guest": known, "host": {number for number, _ in coming}}
    mailer.let_reminders_come("reminder.60")
    mailer.run()
    assert subjects(sink, "MOVED@example.net") == ["Reminder"]


def test_life_goes_on(build: Build, mailer: InProcess, sink: MailSink, owner: Engine) -> None:
    """Moving, cancelling and accepting tell of imported bookings as of any other."""
    old = build.host()
    build.event_type(old, requires_confirmation=True)
    pending = build.booking(build.slot(old, tomorrow(10, days=3)), email="p@example.net")
    build.event_type(old, requires_confirmation=False)
    sure = build.booking(build.slot(old, tomorrow(11, days=3)), email="s@example.net")
    free = build.slot(old, tomorrow(12, days=3))
    text = exported(old)
    empty_tables(owner)
    host = build.host()
    imported(text, host)
    mailer.run()
    decisions.accept(pending.uid, actor=host_actor(host))
    guest = manage_link_actor(str(sure.uid))
    assert bookings.reschedule(sure.uid, free.start, actor=guest).version == 1
    bookings.cancel(sure.uid, actor=guest)
    mailer.run()
    assert subjects(sink, "p@example.net") == ["Confirmed"]
    assert subjects(sink, "s@example.net") == ["New time", "Cancelled"]
    assert {row.status for row in mailer.reminders() if row.booking_version == 0 and row.kind != "reminder.1440"}
    states = {(row.booking_version, row.status) for row in mailer.reminders()}
    assert (0, "skipped") in states
    assert (1, "waiting") not in states
