"""Requests to addresses chosen by others: the only module that makes them.

No library does all of this: HTTP libraries resolve the name themselves, so that the address checked and the address
connected to can differ (DNS rebinding); their timeouts start again with every byte, so that a slow drip never ends; and
they read proxies from the environment. Here the name is resolved once, every address of it is checked
(`domain.outgoing`), the connection goes to a checked address while TLS verifies the name, and one deadline covers
resolving, connecting, sending and reading. `http.client` writes and reads the HTTP. Redirects are treated like any
other answer and never followed.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any, cast

from webapp.domain.outgoing import Address, Network, Target, UrlFault, is_permitted, may_use_port, target_of

SECONDS = 10.0  # for the whole request
MOST_BYTES = 5_000_000  # of an answer, including its headers
_PIECE = 65_536
_FEWEST_SECONDS = 0.001  # 0 would mean non-blocking


class NoAnswerError(Exception):
    """There was no complete answer in time. The text is the reason, for the operator's log only: it shows what can be
    reached from this network, and contains neither path nor query."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: HTTP status; `seconds`: total duration."""

    status: int
    seconds: float


class _Deadline:
    """The deadline of one request."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._ends = self._began + seconds

    @property
    def spent(self) -> float:
        return time.monotonic() - self._began

    def left(self) -> float:
        """Seconds left, but at least the minimum that a socket accepts as a timeout. Raises NoAnswerError."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise NoAnswerError("took too long")
        return max(left, _FEWEST_SECONDS)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network], seconds: float = SECONDS
) -> Answer:
    """`allowed`: networks that may be reached in addition to public addresses. The answer's body is read and discarded.
    Raises NoAnswerError."""
    deadline = _Deadline(seconds)
    try:
        target = target_of(url, allowed)
        addresses = _permitted_addresses(target, allowed, deadline)
        with closing(_connect(target, addresses, deadline)) as connection:
            status = _exchange(connection, target, body, headers, deadline)
    except UrlFault as fault:
        raise NoAnswerError(f"not allowed: {fault}") from None
    except TimeoutError:
        raise NoAnswerError("took too long") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(_reason(error)) from None
    return Answer(status, deadline.spent)


def _permitted_addresses(target: Target, allowed: Sequence[Network], deadline: _Deadline) -> list[Address]:
    """All addresses of the name, each one checked. Raises NoAnswerError."""
    addresses = _resolve(target, deadline)
    for address in addresses:
        if not is_permitted(address, allowed):
            raise NoAnswerError(f"not allowed: {target.host} is {address}")
        if not may_use_port(target, address, allowed):
            raise NoAnswerError(f"not allowed: {target.scheme} on port {target.port}")
    return addresses


def _resolve(target: Target, deadline: _Deadline) -> list[Address]:
    """In a separate thread, which is abandoned if it takes too long: the resolver has no timeout."""
    results: SimpleQueue[Any] = SimpleQueue()

    def resolve() -> None:
        try:
            results.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=resolve, name="resolver", daemon=True).start()
    try:
        infos = results.get(timeout=deadline.left())
    except Empty:
        raise NoAnswerError("the name was not resolved in time") from None
    if isinstance(infos, Exception):
        raise NoAnswerError(f"the name was not resolved ({type(infos).__name__})")
    if not infos:
        raise NoAnswerError("the name has no address")
    return list(dict.fromkeys(_address(info[4]) for info in infos))


def _address(place: tuple[Any, ...]) -> Address:
    """From a result of getaddrinfo; an IPv6 zone is kept, so that the address is refused."""
    text, scope = str(place[0]), place[3] if len(place) == 4 else 0
    return ip_address(f"{text}%{scope}" if scope and "%" not in text else text)


def _connect(target: Target, addresses: Sequence[Address], deadline: _Deadline) -> socket.socket:
    """Connect to the first address that answers; each gets its share of the time."""
    for number, address in enumerate(addresses):
        try:
            share = deadline.left() / (len(addresses) - number)
            plain = _plain_connection(address, target.port, max(share, _FEWEST_SECONDS))
            break
        except OSError:
            if number == len(addresses) - 1:
                raise
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(deadline.left())
        return _tls().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _plain_connection(address: Address, port: int, seconds: float) -> socket.socket:
    """Not `create_connection`, which would resolve the name again."""
    connection = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    connection: socket.socket, target: Target, body: bytes, headers: Mapping[str, str], deadline: _Deadline
) -> int:
    """The status, once the answer is complete."""
    wire = http.client.HTTPConnection(target.host, target.port)
    wire.sock = cast("socket.socket", _TimedSocket(connection, deadline))
    wire.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    wire.putheader("Host", target.authority)
    for name, value in (*headers.items(), ("Content-Length", str(len(body))), ("Connection", "close")):
        wire.putheader(name, value)
    wire.endheaders(body)
    response = wire.getresponse()
    while response.read(_PIECE):
        pass
    return response.status


class _TimedSocket:
    """A socket with the interface that `http.client` needs; each operation gets only the time that is left."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._connection.settimeout(self._deadline.left())
            rest = rest[self._connection.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._connection, self._deadline))

    def close(self) -> None:
        """The caller that opened the connection closes it."""


class _TimedReader(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        count = self._connection.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise NoAnswerError("the answer was too long")
        return count


def _reason(error: Exception) -> str:
    """The reason without any text from the server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
