"""Rate limits: by token, by address for callers without one, bookings together with those of the page."""

import dataclasses
from collections.abc import Iterator

import pytest
import redis
from flask import Flask
from limits import parse

from tests.api.caller import Caller, Specification, code_of
from tests.api.conftest import TokenMaker
from tests.api.test_bookings import GUEST
from tests.builders import Build
from webapp import create_app
from webapp.api.http import callers
from webapp.api.spec.examples import NEW_WEBHOOK
from webapp.core.extensions import db
from webapp.embedded.valkey import ValkeyService


@pytest.fixture
def limited(
    app: Flask, clean: None, valkey: ValkeyService, patient_limits: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """A process with limits on, lower than usual, whose counts begin at nothing."""
    with redis.Redis.from_url(valkey.url) as connection:
        connection.flushdb()
    monkeypatch.setattr(callers, "PER_TOKEN", parse("5 per minute"))
    monkeypatch.setattr(callers, "PER_ADDRESS", parse("4 per minute"))
    monkeypatch.setattr(callers, "FAILURES_PER_ADDRESS", parse("3 per minute"))
    one = create_app(dataclasses.replace(app.extensions["settings"], rate_limits=True))
    yield one
    with one.app_context():
        db.engine.dispose()


@pytest.fixture
def anybody(limited: Flask, specification: Specification) -> Caller:
    return Caller(limited.test_client(), specification)


def test_answers_say_what_is_left(anybody: Caller, ada: int) -> None:
    left = [anybody.get("/hosts/ada").headers["RateLimit-Remaining"] for _ in range(2)]
    assert left == ["3", "2"]
    headers = anybody.get("/hosts/ada").headers
    assert headers["RateLimit-Limit"] == "4"
    assert 0 < int(headers["RateLimit-Reset"]) <= 61


def test_too_many_are_told_when_to_come_back(anybody: Caller, ada: int) -> None:
    statuses = [anybody.get("/hosts/ada").status_code for _ in range(5)]
    assert statuses == [200] * 4 + [429]
    refused = anybody.get("/hosts/ada")
    assert code_of(refused) == "rate_limited"
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    anybody.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    assert anybody.get("/hosts/ada").status_code == 200


def test_tokens_have_limits_of_their_own(
    limited: Flask, specification: Specification, make_token: TokenMaker, ada: int
) -> None:
    one, two = (Caller(limited.test_client(), specification, make_token(ada)) for _ in range(2))
    assert [one.get("/me").status_code for _ in range(6)] == [200] * 5 + [429]
    assert two.get("/me").status_code == 200


def test_guessing_tokens_is_limited(anybody: Caller) -> None:
    anybody.headers = {"Authorization": "Bearer osl_" + "x" * 43}
    assert [anybody.get("/me").status_code for _ in range(4)] == [401] * 3 + [429]


def test_bookings_count_with_those_of_the_page(
    anybody: Caller, build: Build, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "BOOKINGS_PER_ADDRESS", parse("1 per minute"))
    body = GUEST | {"slot_id": str(build.slot(ada).public_id)}
    assert anybody.post("/bookings", body).status_code == 201
    refused = anybody.post("/bookings", body)
    assert (refused.status_code, refused.headers["RateLimit-Limit"]) == (429, "1")


def test_messages_sent_by_hand_count_per_host(
    limited: Flask, specification: Specification, make_token: TokenMaker, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "MESSAGES_PER_HOST", parse("2 per hour"))
    one, two = (Caller(limited.test_client(), specification, make_token(ada)) for _ in range(2))
    webhook = f"/webhooks/{one.post('/webhooks', NEW_WEBHOOK).get_json()['id']}"
    message = one.post(f"{webhook}/test").get_json()["id"]
    assert two.post(f"{webhook}/deliveries/{message}/redeliver").status_code == 202
    refused = two.post(f"{webhook}/test")
    assert (refused.status_code, refused.headers["RateLimit-Limit"]) == (429, "2")
    assert one.get(f"{webhook}/deliveries").status_code == 200


def test_switched_off_nothing_is_counted(guest: Caller, ada: int) -> None:
    response = guest.get("/hosts/ada")
    assert not [name for name in dict(response.headers) if name.startswith("RateLimit")]
