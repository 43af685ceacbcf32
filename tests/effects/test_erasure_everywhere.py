"""A guest books, reschedules, cancels, has undeliverable mail, and is erased: no trace of them is left anywhere.

Web server and worker run as separate processes, with limits on; mail already received counts as the outside world.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import requests
from redis import Redis
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.effects.harness import eventually
from tests.effects.traces import traces_in_tables, traces_in_valkey
from tests.live import Live, Person, link_in, running
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.embedded.valkey import ValkeyService

WORD = "quagmire"  # in everything that the guest types
EMAIL = "Zeb.Quagmire@example.net"
GUEST = {"name": "Zebulon Quagmire", "email": EMAIL, "subject": "The Quagmire affair", "notes": f"Write to {EMAIL}"}
QUESTION = '[{"key": "topic", "label": "What about?", "kind": "text", "required": false, "options": []}]'
HELD = {"guest.email", "booking.guest_name", "booking.subject", "booking.notes", "booking.answers", "booking.location"}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[IO[bytes]]:
    with (tmp_path / "log").open("w+b") as file:
        yield file


@pytest.fixture
def live(
    environment: dict[str, str], clean: None, valkey: ValkeyService, log: IO[bytes], owner: Engine
) -> Iterator[Live]:
    Redis.from_url(valkey.url).flushall()
    with MailSink() as sink, running(environment | {"RATE_LIMITS": "on"}, sink, log) as instance:
        yield instance


@pytest.fixture
def host(build: Build) -> int:
    host = build.host(slug="ada", email="ada@example.org")
    build.event_type(host, location_kind="ask")
    ask = "UPDATE event_type SET questions = CAST(:asked AS jsonb) WHERE slug = '30min' RETURNING id"
    build.row(ask, asked=QUESTION)
    return host


def settled(build: Build) -> bool:
    waiting = "SELECT count(*) FROM delivery WHERE status = 'waiting' AND due_at <= now() + interval '2 minutes'"
    unread = "SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL"
    return build.row(waiting)[0] == build.row(unread)[0] == 0


def book_by_page(guest: Person, start: str) -> str:
    """The manage page."""
    typed = GUEST | {"answer-topic": "Quagmires of all kinds", "location": "Quagmire House"}
    done = guest.submit(f"/ada/30min/book?start={start}&zone=Europe/Lisbon", action="/book", **typed)
    assert done.ok
    assert "/manage/" in done.url, done.text
    return done.url.partition("?")[0]


def book_by_api(live: Live, start: str) -> dict[str, str]:
    more = {"host": "ada", "event_type": "30min", "start": start, "time_zone": "Europe/Lisbon"}
    more |= {"location": "Quagmire Hall"}
    key = {"Idempotency-Key": f"for-{WORD}"}
    made = requests.post(f"{live.url}/api/v1/bookings", json=GUEST | more, headers=key, timeout=60)
    assert made.status_code == 201, made.text
    return dict(made.json())


def live_a_life(live: Live, build: Build, host: int) -> None:
    """Four bookings: cancelled, moved, one whose mails were refused, and one by a program."""
    slots = build.slots(host, [tomorrow(hour, days=3) for hour in range(8, 13)])
    starts = [f"{slot.start:%Y-%m-%dT%H:%M:%SZ}" for slot in slots]
    guest = Person(live)
    cancelled = book_by_page(guest, starts[0])
    guest.submit(f"{cancelled}/cancel", action="/cancel", sure="y", reason="Quagmire is ill")
    moved = book_by_page(guest, starts[1])
    guest.submit(f"{moved}/reschedule/confirm?start={starts[2]}", action="/reschedule")
    eventually(lambda: settled(build))
    live.sink.fault = Fault.PERMANENT
    book_by_page(guest, starts[3])
    eventually(lambda: build.row("SELECT count(*) FROM delivery WHERE status = 'dead'")[0] == 2)
    live.sink.fault = Fault.NONE
    made = book_by_api(live, starts[4])
    token = {"X-Manage-Token": made["manage_token"], "Idempotency-Key": f"{WORD}-2"}
    moved_again = requests.post(
        f"{live.url}/api/v1/bookings/{made['id']}/reschedule", json={"start": starts[0]}, headers=token, timeout=10
    )
    assert moved_again.ok, moved_again.text
    eventually(lambda: settled(build))


def test_nothing_is_left(
    live: Live, build: Build, host: int, owner: Engine, valkey: ValkeyService, log: IO[bytes]
) -> None:
    live_a_life(live, build, host)
    assert HELD | {"booking.cancel_reason", "idempotency_key.key"} <= set(traces_in_tables(owner, WORD))
    before = build.rows("SELECT id, status, slot_id, seat, created_at FROM booking WHERE status = 'cancelled'")

    guest = Person(live)
    link = erase_oneself(guest, owner)
    eventually(lambda: settled(build))

    assert traces_in_tables(owner, WORD) == []
    assert traces_in_tables(owner, "zeb") == []
    assert len(Redis.from_url(valkey.url).keys()) > 3
    assert traces_in_valkey(valkey.url, WORD) == []
    log.seek(0)
    logged = log.read().lower()
    assert b"/privacy/<token>/erase" in logged
    assert b"was not accepted" in logged
    assert WORD.encode() not in logged
    assert b"zebulon" not in logged
    assert guest.open(link).status_code == 404

    assert build.row("SELECT count(*) FROM booking")[0] == 4
    assert build.row("SELECT count(*) FROM booking WHERE status = 'cancelled'")[0] == 4
    assert set(before) <= set(build.rows("SELECT id, status, slot_id, seat, created_at FROM booking"))
    told = [m.message for m in live.sink.messages if m.recipients == ("ada@example.org",)][-3:]
    assert all("Erased guest" in str(mail["Subject"]) for mail in told)
    assert not any(WORD in mail.as_string().lower() for mail in told)


def erase_oneself(guest: Person, owner: Engine) -> str:
    """By the link that comes by mail, which this gives back."""
    live = guest.live
    guest.submit("/privacy", action="/privacy", email=EMAIL.lower())
    mail = eventually(lambda: [m.message for m in live.sink.messages if "Your data" in str(m.message["Subject"])])[0]
    link = link_in(mail, "/privacy/")
    assert EMAIL.lower() not in link.lower()
    held = guest.open(f"{link}/data.json").json()
    assert len(held["bookings"]) == 4
    assert all(part in str(held) for part in ("Quagmires of all kinds", "Quagmire is ill", "Quagmire House"))
    assert guest.submit(f"{link}/erase", action="/erase").status_code == 422
    assert traces_in_tables(owner, WORD)
    assert "are erased" in guest.submit(f"{link}/erase", action="/erase", sure="y").text
    return link
