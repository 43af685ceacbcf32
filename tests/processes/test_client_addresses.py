"""Rate limits of a running server: each address separately, no matter how the proxy or the socket writes it."""

import pytest
import redis

from tests.processes.conftest import Serve, Server
from webapp.embedded.valkey import ValkeyService

LEFT = "RateLimit-Remaining"


@pytest.fixture(scope="module")
def behind_proxy(serve: Serve, valkey: ValkeyService) -> Server:
    return serve(RATE_LIMITS="on", TRUSTED_PROXIES="1").wait_until_up()


@pytest.fixture(autouse=True)
def nothing_counted(valkey: ValkeyService) -> None:
    with redis.Redis.from_url(valkey.url) as connection:
        connection.flushdb()


def left(server: Server, **how: str) -> int:
    """How many calls the server still allows whoever asks."""
    return int(server.get("/api/v1/hosts/nobody", **how).headers[LEFT])


def forwarded(server: Server, written: str) -> int:
    return int(server.get("/api/v1/hosts/nobody", {"X-Forwarded-For": written}).headers[LEFT])


@pytest.mark.parametrize(
    ("spellings", "another"),
    [
        (["203.0.113.9", "203.0.113.9:1024", "203.0.113.9:1025", "::ffff:203.0.113.9"], "::ffff:203.0.113.10"),
        (["64:ff9b::203.0.113.9", "203.0.113.9"], "64:ff9b::203.0.113.10"),
        (["[2001:db8::1]:1024", "[2001:db8::1]", "2001:db8::2", "2001:DB8:0::3%eth0"], "[2001:db8:0:1::1]:1024"),
        (["unknown", "_hidden", "203.0.113", "somewhere:80"], "203.0.113.11"),
    ],
)
def test_a_client_behind_a_proxy_is_counted_once(behind_proxy: Server, spellings: list[str], another: str) -> None:
    first, *rest = [forwarded(behind_proxy, f"198.51.100.1, {written}") for written in spellings]
    assert rest == [first - 1 - n for n in range(len(rest))]
    assert forwarded(behind_proxy, another) == first


@pytest.mark.parametrize("name", ["X_Forwarded_For", "x_forwarded-for", "X-Forwarded_For"])
def test_a_name_with_underscores_is_not_what_the_proxy_says(behind_proxy: Server, name: str) -> None:
    """WSGI could not tell them apart, and the later one would count."""
    told = {"X-Forwarded-For": "203.0.113.9"}
    path = "/api/v1/hosts/nobody"
    first = int(behind_proxy.get(path, told).headers[LEFT])
    assert int(behind_proxy.get(path, told | {name: "203.0.113.77"}).headers[LEFT]) == first - 1
    assert int(behind_proxy.get(path, {name: "203.0.113.77"} | told).headers[LEFT]) == first - 2


def test_ipv4_clients_of_a_server_that_listens_on_both_are_told_apart(serve: Serve) -> None:
    server = serve(RATE_LIMITS="on", WEB_HOST="::").wait_until_up()
    first = left(server, source="127.0.0.1")
    assert left(server, source="127.0.0.2") == first
    assert left(server, source="127.0.0.1") == first - 1
