"""Rate limits on guessing and on mails, with and without Valkey."""

import dataclasses
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from flask import Flask
from limits import parse

from tests.web.pages import PASSWORD, Visitor
from webapp import create_app
from webapp.core import rate_limits
from webapp.core.extensions import db
from webapp.core.rate_limits import address
from webapp.embedded.valkey import ValkeyService

LOGINS = 15


@pytest.fixture
def process(app: Flask, clean: None) -> Iterator[Callable[..., Flask]]:
    """Makes the application of one more process, with limits on."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        made.append(create_app(dataclasses.replace(app.extensions["settings"], rate_limits=True, **settings)))
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.fixture
def limited(process: Callable[..., Flask], valkey: ValkeyService, patient_limits: None) -> Flask:
    """Counts begin at nothing."""
    with redis.Redis.from_url(valkey.url) as connection:
        connection.flushdb()
    return process()


def attempts(app: Flask, email: str, *, times: int, address: str = "192.0.2.1") -> list[int]:
    visitor = Visitor(app.test_client())
    visitor.client.environ_base["REMOTE_ADDR"] = address
    return [visitor.log_in(email, "not the password").status_code for _ in range(times)]


def test_an_account_can_be_guessed_at_only_so_often(limited: Flask, host: str) -> None:
    assert attempts(limited, host, times=LOGINS + 2) == [422] * LOGINS + [429] * 2
    visitor = Visitor(limited.test_client())
    visitor.client.environ_base["REMOTE_ADDR"] = "192.0.2.77"
    answer = visitor.log_in(host.upper(), PASSWORD)  # from elsewhere, and with the right password
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert attempts(limited, "somebody@example.org", times=1) == [422]


@pytest.mark.parametrize(
    "pattern", ["{0}\u00ad{1}@example.org", "\u200f{0}{1}@example.org", "{0}{1}@\uff45xample\u3002org "]
)
def test_an_account_is_counted_however_its_address_is_typed(limited: Flask, host: str, pattern: str) -> None:
    """Marks that nobody sees and letters that mean the same are left out when the account is looked up."""
    name, _, domain = host.partition("@")
    assert domain == "example.org"
    attempts(limited, host, times=LOGINS)
    assert attempts(limited, pattern.format(name[:2], name[2:]), times=1) == [429]


def test_an_unknown_account_is_counted_like_a_known_one(limited: Flask) -> None:
    assert attempts(limited, "nobody@example.org", times=LOGINS + 1)[-1] == 429


def test_mails_to_one_address_are_few(limited: Flask, host: str) -> None:
    visitor = Visitor(limited.test_client())
    assert [visitor.submit("/reset", email=host).status_code for _ in range(6)] == [200] * 5 + [429]


def test_counts_are_shared_between_processes(limited: Flask, process: Callable[..., Flask], host: str) -> None:
    attempts(limited, host, times=LOGINS)
    assert attempts(process(), host, times=1) == [429]


@pytest.fixture
def silent_server() -> Iterator[int]:
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_valkey_that_is_away_or_hangs_opens_nothing_and_slows_nothing(
    process: Callable[..., Flask], silent_server: int, host: str
) -> None:
    for url in (f"redis://127.0.0.1:{silent_server}/0", "redis://127.0.0.1:1/0"):
        alone = process(redis_url=url)
        began = time.perf_counter()
        assert attempts(alone, host, times=1) == [422]
        assert time.perf_counter() - began < 20  # the server would hang for ever
        assert attempts(alone, host, times=LOGINS)[-1] == 429


def test_messages_that_a_host_sends_by_hand_are_few(limited: Flask, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MESSAGES_PER_HOST", parse("2 per hour"))
    visitor = Visitor(limited.test_client())
    visitor.log_in(host)
    page = visitor.submit(
        "/settings/webhooks", action="/settings/webhooks", url="https://hooks.example.org/", events="slot.published"
    )
    action = page.text.partition('action="/settings/webhooks/')[2].partition('"')[0]
    path = f"/settings/webhooks/{action.removesuffix('/test')}"
    assert [visitor.submit(path, action=f"{path}/test").status_code for _ in range(3)] == [303, 303, 429]


def test_switched_off_they_count_nothing(app: Flask, host: str) -> None:
    assert attempts(app, host, times=LOGINS + 1) == [422] * (LOGINS + 1)


def test_an_ipv6_subscriber_is_one_address(limited: Flask) -> None:
    for remote, key in (("2001:db8:1:2::1", "2001:0db8:0001:0002"), ("192.0.2.7", "192.0.2.7")):
        with limited.test_request_context(environ_base={"REMOTE_ADDR": remote}):
            assert address() == key
