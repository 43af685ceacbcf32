"""Addresses of feeds: created, recognised, revoked."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import Build
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.errors import Forbidden, Invalid, NotFound
from webapp.services.ical import feeds
from webapp.services.ical.feeds import MOST_FEEDS, Detail, NewFeed, feed_reader
from webapp.services.shared.secrets import is_secret

pytestmark = pytest.mark.usefixtures("context")


def make(host: int, name: str = "My phone", **changes: Detail) -> str:
    return feeds.create_feed(NewFeed(name=name, **changes), host_id=host, actor=host_actor(host))


def test_a_secret_is_recognised_and_only_its_hash_is_kept(build: Build) -> None:
    host = build.host(slug="ada", name="Ada", email="ada@example.org")
    secret = make(host, detail=Detail.BUSY)
    reader = feed_reader(secret)
    assert (reader.host_id, reader.host_slug, reader.host_name, reader.detail) == (host, "ada", "Ada", Detail.BUSY)
    row = build.row("SELECT * FROM feed")
    assert len(row.secret_hash) == 32
    assert secret not in str(row)
    assert is_secret(secret, feeds.PREFIX)
    assert make(host) != secret


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda secret: secret[:-1], lambda secret: secret + "A", lambda secret: secret[4:], lambda _: "é" * 47],
)
def test_what_is_nearly_a_secret_is_none(build: Build, change: Callable[[str], str]) -> None:
    secret = make(build.host())
    with pytest.raises(NotFound):
        feed_reader(change(secret))


def test_a_host_who_is_switched_off_has_no_feeds(build: Build) -> None:
    host = build.host()
    secret = make(host)
    build.row("UPDATE host SET active = false RETURNING id")
    with pytest.raises(NotFound):
        feed_reader(secret)


def test_revoking_ends_it_and_only_it(build: Build) -> None:
    host = build.host()
    kept, secret = make(host, "Desk"), make(host, "Phone")
    phone = next(one for one in feeds.host_feeds(host) if one.name == "Phone")
    feeds.revoke_feed(phone.public_id, host_id=host, actor=host_actor(host))
    with pytest.raises(NotFound):
        feed_reader(secret)
    assert feed_reader(kept).host_id == host
    with pytest.raises(NotFound):
        feeds.revoke_feed(phone.public_id, host_id=host, actor=host_actor(host))


def test_only_the_host_may(build: Build) -> None:
    host, other = build.host(), build.host()
    make(host)
    (mine,) = feeds.host_feeds(host)
    for attempt in (
        lambda: feeds.host_feed(mine.public_id, host_id=other),
        lambda: feeds.revoke_feed(mine.public_id, host_id=other, actor=host_actor(other)),
        lambda: feeds.revoke_feed(mine.public_id, host_id=host, actor=host_actor(other)),
        lambda: feeds.revoke_feed(uuid.uuid4(), host_id=host, actor=host_actor(host)),
        lambda: feeds.create_feed(NewFeed(name="x"), host_id=host, actor=host_actor(other)),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        feeds.create_feed(NewFeed(name="x"), host_id=host, actor=GUEST)
    assert feeds.host_feeds(host) == [mine]
    assert feeds.host_feeds(other) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "two\nlines", "a\u202eb"])
def test_names_are_one_line(build: Build, name: str) -> None:
    host = build.host()
    with pytest.raises(Invalid) as refusal:
        make(host, name)
    assert list(refusal.value.errors) == ["name"]
    assert feeds.host_feeds(host) == []


def test_a_host_has_only_so_many_also_when_several_are_made_at_once(build: Build, app: Flask) -> None:
    host = build.host()
    for _ in range(MOST_FEEDS - 1):
        make(host)
    barrier, outcomes = threading.Barrier(3), []

    def race() -> None:
        with app.app_context():
            barrier.wait()
            try:
                outcomes.append(make(host))
            except Invalid as refusal:
                outcomes.append(list(refusal.errors))

    racers = [threading.Thread(target=race) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert outcomes.count([""]) == 2
    assert build.row("SELECT count(*) FROM feed")[0] == MOST_FEEDS


def test_use_is_noted_at_most_once_a_minute(build: Build) -> None:
    host = build.host()
    secret = make(host)
    assert feeds.host_feeds(host)[0].last_used_at is None
    feed_reader(secret)
    first = feeds.host_feeds(host)[0].last_used_at
    assert first is not None
    assert datetime.now(UTC) - first < timedelta(minutes=1)
    for ago, is_new in (("50 seconds", False), ("70 seconds", True)):
        then = build.row(f"UPDATE feed SET last_used_at = now() - interval '{ago}' RETURNING last_used_at")[0]
        feed_reader(secret)
        assert (feeds.host_feeds(host)[0].last_used_at != then) is is_new


def test_it_is_written_down_who_did_it_and_no_secret_is(build: Build) -> None:
    host = build.host()
    make(host, "Secret name")
    (mine,) = feeds.host_feeds(host)
    feeds.revoke_feed(mine.public_id, host_id=host, actor=host_actor(host))
    rows = build.rows("SELECT action, actor_id, details::text FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("feed.created", host, '{"detail": "full"}'),
        ("feed.revoked", host, "{}"),
    ]
