"""Well-behaved and misbehaving servers on the loopback address, for outgoing requests."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from webapp.embedded.ports import LOOPBACK

TLS = Path(__file__).parent / "tls"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
Behaviour = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """`requests`: the raw bytes of each; `arrived`: when each connection came, by the monotonic clock."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/hook"

    def bodies(self) -> list[bytes]:
        return [request.partition(b"\r\n\r\n")[2] for request in self.requests]

    def headers(self, number: int = -1) -> dict[str, str]:
        """Of one request; names in lower case."""
        head = self.requests[number].partition(b"\r\n\r\n")[0].decode()
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in head.split("\r\n")[1:])}


def answers(*answers: bytes) -> Behaviour:
    """One after the other, the last one again and again."""
    left = list(answers)

    def answer(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer


def status(*codes: int) -> Behaviour:
    return answers(*[f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\n\r\n".encode() for code in codes])


def never(connection: socket.socket, _request: bytes) -> None:
    """Accepts, reads, says nothing."""
    wait_until_gone(connection)


def wait_until_gone(connection: socket.socket) -> None:
    with suppress(OSError):
        while connection.recv(4096):
            pass


def drips(connection: socket.socket, _request: bytes) -> None:
    """A byte now and then, each well within any timeout from byte to byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def never_ends(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


@contextmanager
def serving(behaviour: Behaviour, *, tls: bool = False, host: str = LOOPBACK) -> Iterator[Server]:
    """Each connection has a thread of its own; all of them are closed in the end."""
    with socket.create_server((host, 0), backlog=64) as listener:
        server = Server(listener.getsockname()[1])
        open_ones: list[socket.socket] = []
        context = _context() if tls else None
        threading.Thread(target=_accept, args=(listener, server, behaviour, context, open_ones), daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in open_ones:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


def _accept(
    listener: socket.socket,
    server: Server,
    behaviour: Behaviour,
    context: ssl.SSLContext | None,
    open_ones: list[socket.socket],
) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            server.arrived.append(time.monotonic())
            open_ones.append(connection)
            threading.Thread(
                target=_serve, args=(connection, server, behaviour, context, open_ones), daemon=True
            ).start()


def _serve(
    connection: socket.socket,
    server: Server,
    behaviour: Behaviour,
    context: ssl.SSLContext | None,
    open_ones: list[socket.socket],
) -> None:
    with suppress(OSError):
        if context:
            connection = context.wrap_socket(connection, server_side=True)
            open_ones.append(connection)
        request = _request(connection)
        server.requests.append(request)
        behaviour(connection, request)
    connection.close()


def _request(connection: socket.socket) -> bytes:
    """Head and body."""
    received = b""
    while b"\r\n\r\n" not in received and (piece := connection.recv(65_536)):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]) and (piece := connection.recv(65_536)):
        body += piece
    return head + b"\r\n\r\n" + body
