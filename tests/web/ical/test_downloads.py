"""Feeds that calendar programs download: caching, secrecy, limits."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.builders import Build, tomorrow
from tests.services.ical.publish_rules import busy_faults, feed_faults
from webapp import create_app
from webapp.core.extensions import db
from webapp.domain.actor import host_actor
from webapp.embedded.valkey import ValkeyService
from webapp.services.bookings import bookings
from webapp.services.ical import feeds
from webapp.services.ical.busy_times import publish_busy_times
from webapp.services.ical.feeds import Detail, NewFeed

UNKNOWN = f"/feeds/osf_{'A' * 43}.ics"
BUSY = "/ada/freebusy.ics"


@pytest.fixture
def ada(build: Build) -> int:
    host = build.host(slug="ada", name="Ada Lovelace", email="ada@example.org")
    with build.app.app_context():
        publish_busy_times(host_id=host, is_public=True, actor=host_actor(host))
    return host


@pytest.fixture
def make(build: Build) -> Callable[..., str]:
    """A feed of a host; gives its path."""

    def made(host: int, detail: Detail = Detail.FULL) -> str:
        with build.app.app_context():
            secret = feeds.create_feed(NewFeed(name="x", detail=detail), host_id=host, actor=host_actor(host))
        return f"/feeds/{secret}.ics"

    return made


def test_each_secret_shows_its_own_host(client: FlaskClient, build: Build, ada: int, make: Callable[..., str]) -> None:
    other = build.host(name="Bob")
    build.booking(build.slot(ada, tomorrow(9)), name="Gita Guest")
    build.booking(build.slot(other, tomorrow(9)), name="Petra Other")
    hers, his = client.get(make(ada)), client.get(make(other))
    assert ("Gita" in hers.text, "Petra" in hers.text) == (True, False)
    assert ("Gita" in his.text, "Petra" in his.text) == (False, True)
    assert feed_faults(hers.data) == feed_faults(his.data) == []


def test_answers_are_private_and_named_to_nobody(client: FlaskClient, ada: int, make: Callable[..., str]) -> None:
    for method in (client.get, client.head):
        answer = method(make(ada))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["ETag"]
        assert not {"Set-Cookie", "Vary", "Last-Modified", "Content-Encoding"} & set(answer.headers.keys())


def test_a_program_that_has_it_is_told_so(
    client: FlaskClient, build: Build, ada: int, make: Callable[..., str]
) -> None:
    booking = build.booking(build.slot(ada, tomorrow(9)))
    for path in (make(ada), make(ada, Detail.BUSY), BUSY):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    tags = {path: client.get(path).headers["ETag"] for path in (make(ada), make(ada, Detail.BUSY), BUSY)}
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(ada))
    for path, tag in tags.items():
        answer = client.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != tag


def test_no_other_method_is_taken(client: FlaskClient, ada: int, make: Callable[..., str]) -> None:
    for path in (make(ada), BUSY):
        for method in (client.post, client.put, client.delete):
            assert method(path).status_code in (400, 403, 405)
        assert client.get(path).status_code == 200


def test_wrong_and_revoked_are_the_same(client: FlaskClient, build: Build, ada: int, make: Callable[..., str]) -> None:
    path = make(ada)
    assert client.get(path).status_code == 200
    build.row("DELETE FROM feed RETURNING id")
    answers = [client.get(tried) for tried in (path, UNKNOWN, "/feeds/x.ics", "/feeds/%00.ics", path.upper())]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 400, 404]
    shown = {answer.text.replace(answer.headers["X-Request-ID"], "") for answer in answers[:3]}
    assert len({text.partition("<main")[2] for text in shown}) == 1
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_the_log_names_the_route_alone(
    client: FlaskClient, ada: int, make: Callable[..., str], capfd: pytest.CaptureFixture[str]
) -> None:
    path = make(ada)
    capfd.readouterr()
    client.get(path)
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["route"], line["status"]) == ("/feeds/<secret>.ics", 200)
    assert path.split("/")[2][:20] not in json.dumps(line)


def test_three_queries_and_one_that_notes_the_use(
    app: Flask, client: FlaskClient, build: Build, ada: int, make: Callable[..., str]
) -> None:
    path = make(ada)
    for slot in build.slots(ada, [tomorrow(hour) for hour in range(8, 14)]):
        build.booking(slot)
    assert [queries(app, client, path) for _ in range(2)] == [4, 3]
    assert queries(app, client, BUSY) == 2


def queries(app: Flask, client: FlaskClient, path: str) -> int:
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_busy_times_are_for_everybody_and_name_nobody(client: FlaskClient, build: Build, ada: int) -> None:
    build.booking(build.slot(ada, tomorrow(9)), name="Gita Guest", email="gita@example.net")
    answer = client.get(BUSY)
    assert busy_faults(answer.data) == []
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not {"Set-Cookie", "Last-Modified"} & set(answer.headers.keys())
    assert "Cookie" not in answer.headers.get("Vary", "")
    for secret in ("Gita", "gita", "ada@example.org", "30 min"):
        assert secret not in answer.text
    build.host(slug="bob")
    for path in ("/bob/freebusy.ics", "/nobody/freebusy.ics"):
        assert client.get(path).status_code == 404


# -- Limits


@pytest.fixture
def limited(app: Flask, valkey: ValkeyService, clean: None, patient_limits: None) -> Iterator[FlaskClient]:
    """With limits on, and counts at nothing."""
    with redis.Redis.from_url(valkey.url) as connection:
        connection.flushdb()
    made = create_app(dataclasses.replace(app.extensions["settings"], rate_limits=True))
    yield made.test_client()
    with made.app_context():
        db.engine.dispose()


def test_guessing_is_limited_and_hinders_no_program_that_knows(
    limited: FlaskClient, ada: int, make: Callable[..., str]
) -> None:
    path = make(ada)
    statuses = [limited.get(UNKNOWN).status_code for _ in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({404}, 429)
    assert limited.get(path).status_code == 200
    assert limited.get(UNKNOWN, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 404


def test_one_feed_cannot_be_read_without_end(limited: FlaskClient, ada: int, make: Callable[..., str]) -> None:
    path, other = make(ada), make(ada)
    statuses = [limited.get(path).status_code for _ in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({200}, 429)
    assert limited.get(other).status_code == 200


def test_busy_times_cannot_be_read_without_end(limited: FlaskClient, ada: int) -> None:
    statuses = [limited.get(BUSY).status_code for _ in range(121)]
    assert (set(statuses[:120]), statuses[120]) == ({200}, 429)
