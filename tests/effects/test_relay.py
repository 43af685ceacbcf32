"""One pass of the relay, in this process, with the real queue."""

import dataclasses
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine, text

from tests.builders import Build, tomorrow
from tests.effects.harness import IS_LETTER, eventually
from tests.effects.servers import Server
from tests.effects.webhook_harness import Hooks, booked
from tests.proxies import standing_before
from webapp.effects import clock, relay
from webapp.effects.mail import jobs
from webapp.effects.relay import Relay
from webapp.embedded.valkey import ValkeyService


@pytest.fixture
def look(post: Flask, clean: None, valkey: ValkeyService) -> Iterator[Relay]:
    redis = Redis.from_url(valkey.url)
    redis.flushall()
    yield Relay(post, threading.Event())
    redis.flushall()


def leased(owner: Engine) -> int:
    with owner.begin() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM delivery WHERE due_at > now() AND {IS_LETTER}")) or 0)


class Watched(Relay):
    looks = 0

    def look(self) -> bool:
        found = super().look()
        self.looks += 1
        return found


def test_what_happens_wakes_it_and_it_does_not_wait_for_its_next_look(
    post: Flask, build: Build, valkey: ValkeyService, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SWEEP", 3600.0)
    Redis.from_url(valkey.url).flushall()
    stopping = threading.Event()
    watched = Watched(post, stopping)
    running = threading.Thread(target=watched.run)
    running.start()
    try:
        eventually(lambda: watched.looks)
        build.booking(build.slot(build.host()))
        eventually(lambda: leased(owner) == 2)
    finally:
        stopping.set()
        running.join()
    Redis.from_url(valkey.url).flushall()


def test_a_listener_whose_server_has_gone_without_a_word_is_replaced(
    post: Flask, build: Build, valkey: ValkeyService, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing else has noticed: here the application's own connections go on working."""
    monkeypatch.setattr(relay, "SWEEP", 1.0)
    Redis.from_url(valkey.url).flushall()
    settings, stopping = post.extensions["settings"], threading.Event()
    with standing_before(settings.database_url) as (proxy, url):
        monkeypatch.setitem(post.extensions, "settings", dataclasses.replace(settings, database_url=url))
        watched = Watched(post, stopping)
        running = threading.Thread(target=watched.run)
        running.start()
        try:
            eventually(lambda: watched.looks)
            proxy.halted.set()
            eventually(lambda: proxy.accepted > 2)  # the first of them asked whether the server was there
            proxy.halted.clear()
            monkeypatch.setattr(relay, "SWEEP", 3600.0)
            build.booking(build.slot(build.host()))
            eventually(lambda: leased(owner) == 2)
        finally:
            stopping.set()
            running.join()
    Redis.from_url(valkey.url).flushall()


def test_a_full_queue_takes_no_more_and_the_rest_stays_due(
    look: Relay, build: Build, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MOST_JOBS", 2)
    monkeypatch.setattr(relay, "BATCH", 3)
    monkeypatch.setattr(jobs, "BATCH", 3)
    for slot in build.slots(build.host(), [tomorrow(hour) for hour in range(8, 13)]):
        build.booking(slot)
    assert look.look() is True
    assert leased(owner) == 6
    assert look.look() is True
    assert leased(owner) == 6


def test_nothing_to_do_is_said(look: Relay, build: Build) -> None:
    assert look.look() is False


def test_without_the_queue_server_deliveries_are_written_and_stay_due(
    post: Flask, build: Build, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "queue", lambda _url, name: jobs.queue("redis://127.0.0.1:1/0", name))
    build.booking(build.slot(build.host()))
    assert Relay(post, threading.Event()).look() is False
    with owner.begin() as connection:
        due = connection.scalar(text("SELECT count(*) FROM delivery WHERE due_at <= now() AND status = 'waiting'"))
    assert due == 2


def test_idempotency_keys_are_forgotten_after_a_day(post: Flask, build: Build, owner: Engine) -> None:
    with owner.begin() as connection:
        for key, age in (("old", "25 hours"), ("new", "23 hours")):
            connection.execute(
                text(
                    "INSERT INTO idempotency_key (scope, key, request_hash, created_at)"
                    " VALUES ('book:guest', :key, '', now() - CAST(:age AS interval))"
                ),
                {"key": key, "age": age},
            )
    with post.app_context():
        clock.tidy()
    assert [row.key for row in build.rows("SELECT key FROM idempotency_key")] == ["new"]


def test_webhook_deliveries_are_forgotten_after_thirty_days_but_no_mail_and_nothing_that_waits(
    hooks: Hooks, receiver: Server, local: None, post: Flask, build: Build
) -> None:
    hooks.make(receiver, "booking.created")
    booked(build, hooks, 3)
    hooks.run()
    hooks.execute("UPDATE delivery SET created_at = now() - interval '31 days', sent_at = sent_at - interval '31 days'")
    first, second = (delivery.id for delivery in hooks.deliveries()[:2])
    hooks.execute("UPDATE delivery SET status = 'waiting', sent_at = NULL WHERE message_id = :id", id=first)
    hooks.execute("UPDATE delivery SET sent_at = now() WHERE message_id = :id", id=second)
    with post.app_context():
        assert clock.tidy() == 1
    assert [delivery.id for delivery in hooks.deliveries()] == [first, second]
    assert len(hooks.rows("SELECT 1 FROM webhook_attempt")) == 2
    assert len(hooks.rows(f"SELECT 1 FROM delivery WHERE channel = 'mail' AND {IS_LETTER}")) == 6
