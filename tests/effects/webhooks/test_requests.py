"""Outgoing requests to servers that mislead, hang, drip-feed or never end; real sockets on the loopback address."""

import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.effects.servers import OK, TLS, answers, drips, never, never_ends, serving, status
from webapp.domain.outgoing import is_permitted
from webapp.effects.webhooks import requests
from webapp.effects.webhooks.requests import Answer, NoAnswerError, post
from webapp.embedded.ports import LOOPBACK, free_port

LOCAL = (ip_network("127.0.0.0/8"),)
SOON = 0.6  # seconds that a request gets here where it is not answered
PATIENCE = 30.0  # elsewhere

PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 198.17.255.255
    198.20.0.1 223.255.255.255 2a00:1450:4001:831::200e 2606:4700::1111 2400:cb00::1
"""
NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
    100::1 2001::1 2001:0:7f00:1::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 3fff::1 5f00::1
    fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_permitted(address: str) -> None:
    assert is_permitted(ip_address(address), ())


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_other_addresses_are_not(address: str) -> None:
    assert not is_permitted(ip_address(address), ())


def test_a_range_that_the_operator_allows_is_permitted_and_nothing_beside_it() -> None:
    allowed = (ip_network("10.20.0.0/16"), ip_network("fd00::/8"))
    assert is_permitted(ip_address("10.20.255.1"), allowed)
    assert is_permitted(ip_address("fd00::1"), allowed)
    assert not is_permitted(ip_address("10.21.0.1"), allowed)
    assert not is_permitted(ip_address("::ffff:10.20.0.1"), allowed)
    assert not is_permitted(ip_address("fd00::1%eth0"), allowed)


def sent(url: str, *, allowed: Any = LOCAL, seconds: float = PATIENCE, body: bytes = b"{}") -> Answer:
    return post(url, body, {"Content-Type": "application/json"}, allowed=allowed, seconds=seconds)


def reason(url: str, **given: Any) -> str:
    """Why there was no answer."""
    with pytest.raises(NoAnswerError) as failure:
        sent(url, **given)
    return str(failure.value)


def soon_given_up(url: str) -> str:
    """Why there was no answer in the time that there is; on a busy machine somewhat later."""
    began = time.monotonic()
    why = reason(url, seconds=SOON)
    assert time.monotonic() - began < SOON + 15
    return why


Resolve = Callable[..., None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """`resolve([addresses], [addresses], ...)`: what each question after the other is answered, whatever the name."""

    def replace(*replies: list[str], delay: float = 0) -> None:
        left = list(replies)

        def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            time.sleep(delay)
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return replace


def test_a_request_arrives_as_it_was_meant() -> None:
    with serving(answers(OK)) as server:
        answer = sent(server.url + "/x?y=%20z", body='{"ä": 1}'.encode())
    assert answer.status == 200
    assert 0 < answer.seconds < PATIENCE
    assert server.requests[0].startswith(b"POST /hook/x?y=%20z HTTP/1.1\r\n")
    assert server.bodies() == ['{"ä": 1}'.encode()]
    assert server.headers() == {
        "host": f"{LOOPBACK}:{server.port}",
        "content-type": "application/json",
        "content-length": "9",
        "connection": "close",
    }


def test_the_name_is_in_the_host_header(resolve: Resolve) -> None:
    resolve([LOOPBACK])
    with serving(answers(OK)) as server:
        assert sent(f"http://Hooks.Example.org:{server.port}/").status == 200
    assert server.headers()["host"] == f"hooks.example.org:{server.port}"


def test_without_permission_nothing_is_connected_to() -> None:
    with serving(answers(OK)) as server:
        assert "not allowed" in reason(server.url, allowed=())
        assert "not allowed" in reason(f"http://localhost:{server.port}/", allowed=())
    assert server.arrived == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(resolve: Resolve) -> None:
    resolve(["93.184.215.14", LOOPBACK])
    assert "not allowed" in reason("http://example.org/", allowed=())


def test_the_connection_goes_to_the_address_that_was_checked(resolve: Resolve) -> None:
    """A resolver that gives another address when it is asked again."""
    with serving(answers(OK)) as checked, serving(answers(OK), host="127.0.0.2") as other:
        resolve(["127.0.0.1"], ["127.0.0.2"])
        url = f"http://rebinding.example.org:{checked.port}/"
        assert sent(url, allowed=(ip_network("127.0.0.1/32"),)).status == 200
        assert len(checked.requests) == 1
        assert "not allowed" in reason(url, allowed=(ip_network("127.0.0.1/32"),))
        assert (len(checked.requests), other.arrived) == (1, [])


def test_only_usual_ports_outside_of_allowed_ranges(resolve: Resolve) -> None:
    resolve(["93.184.215.14"])
    assert "port" in reason("https://example.org:9000/", allowed=())
    elsewhere = (ip_network("10.0.0.0/8"),)
    assert "not allowed: https on port 9000" in reason("https://example.org:9000/", allowed=elsewhere)


def test_plain_http_outside_of_allowed_ranges_is_refused(resolve: Resolve) -> None:
    """Messages contain guests' data, which anybody on the way could read."""
    resolve(["93.184.215.14"])
    assert "Must begin with https://" in reason("http://example.org/", allowed=())
    assert "not allowed: http on port 80" in reason("http://example.org/", allowed=(ip_network("10.0.0.0/8"),))


def test_redirects_are_answers_and_not_followed() -> None:
    with (
        serving(answers(OK)) as target,
        serving(answers(f"HTTP/1.1 307 X\r\nLocation: {target.url}\r\nContent-Length: 0\r\n\r\n".encode())) as server,
    ):
        assert sent(server.url).status == 307
    assert target.arrived == []


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answers(OK)) as proxy, serving(answers(OK)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert sent(server.url).status == 200
    assert proxy.arrived == []


@pytest.mark.parametrize("behaviour", [never, drips])
def test_one_clock_runs_for_everything(behaviour: Any) -> None:
    with serving(behaviour) as server:
        assert soon_given_up(server.url) == "took too long"


def test_a_body_that_drips_is_no_answer() -> None:
    def body_drips(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        drips(connection, request)

    with serving(body_drips) as server:
        assert soon_given_up(server.url) == "took too long"


def test_who_never_ends_is_heard_for_five_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_BYTES", 200_000)
    with serving(never_ends) as server:
        assert reason(server.url) == "the answer was too long"


def test_continuing_for_ever_is_no_answer() -> None:
    def continues(connection: socket.socket, _request: bytes) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    with serving(continues) as server:
        assert soon_given_up(server.url) in ("took too long", "the answer was too long")


def test_a_name_that_is_not_resolved_in_time(resolve: Resolve) -> None:
    resolve([LOOPBACK], delay=SOON + 0.3)
    assert soon_given_up("http://slow.example.org/") == "the name was not resolved in time"


def test_a_name_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert reason("http://nothing.example.org/") == "the name was not resolved (gaierror)"


def test_nobody_listens() -> None:
    assert "refused" in reason(f"http://{LOOPBACK}:{free_port()}/")


def test_the_next_address_is_tried(resolve: Resolve) -> None:
    with serving(answers(OK), host="127.0.0.3") as server:
        resolve(["127.0.0.1", "127.0.0.3"])
        assert sent(f"http://two.example.org:{server.port}/").status == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 99 X\r\n\r\n",
    ],
)
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with serving(answers(answer)) as server:
        assert "example" not in reason(server.url)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' certificate, for localhost, is one of the authorities."""
    monkeypatch.setattr(requests, "_tls", lambda: ssl.create_default_context(cafile=str(TLS / "certificate.pem")))


def test_certificates_are_verified() -> None:
    with serving(answers(OK), tls=True) as server:
        assert "certificate is not valid" in reason(f"https://localhost:{server.port}/")
    assert server.requests == []


def test_tls_verifies_the_name_and_not_the_address(trusted: None, resolve: Resolve) -> None:
    resolve([LOOPBACK])
    with serving(answers(OK), tls=True) as server:
        assert sent(f"https://localhost:{server.port}/").status == 200
        assert "certificate is not valid" in reason(f"https://hooks.example.org:{server.port}/")
    assert len(server.requests) == 1


def test_a_handshake_that_never_ends(trusted: None) -> None:
    with serving(never) as server:
        assert soon_given_up(f"https://localhost:{server.port}/") == "took too long"


def test_any_status_is_an_answer() -> None:
    with serving(status(204, 404, 500)) as server:
        assert [sent(server.url).status for _ in range(3)] == [204, 404, 500]
