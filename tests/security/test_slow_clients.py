"""Clients that send or read slowly, or not at all, many at once: each is ended, and everybody else is served."""

import http.client
import resource
import select
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil
import pytest

from tests.live import Live

WEB_PROCESSES = 2
PATIENCE = 180.0  # seconds; those that read nothing are ended after 11 on a quiet machine
LARGE_FILE = "/static/vendor/swagger-ui-5.35.0/swagger-ui-bundle.js"
MEMORY = 100_000_000  # bytes, of a web process, for all of them together


@dataclass
class Clients:
    """Connections of one kind. `trickle`: sent on each once a second. `is_reading`: whether they take answers."""

    count: int
    sent: str
    trickle: str = ""
    is_reading: bool = True
    answers: list[bytes] = field(default_factory=list)
    open: set[socket.socket] = field(default_factory=set)

    def connect(self, port: int, host: str) -> None:
        for _ in range(self.count):
            connection = socket.socket()
            if not self.is_reading:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.sendall(self.sent.replace("HOST", host).encode())
            connection.setblocking(False)
            self.open.add(connection)

    def go_on(self) -> None:
        """One second of the attack. Forgets connections that the server has ended."""
        for connection in list(self.open):
            try:
                if self.trickle:
                    connection.send(self.trickle.encode())
                if not self._is_open(connection):
                    self.open.remove(connection)
                    connection.close()
            except OSError:
                self.open.remove(connection)
                connection.close()

    def _is_open(self, connection: socket.socket) -> bool:
        with suppress(BlockingIOError):
            if self.is_reading:
                data = connection.recv(65_536)
                self.answers += [data] if data else []
                return bool(data)
            ended = select.poll()
            ended.register(connection, select.POLLRDHUP)
            return not ended.poll(0)
        return True


@dataclass(frozen=True)
class Siege:
    """What was seen until all clients were ended or PATIENCE was over."""

    clients: dict[str, Clients]
    statuses: list[int]  # of the answers that others got meanwhile; 0: none
    memory: int  # by how many bytes a web process grew at most


@pytest.fixture(scope="module")
def siege(instance: Live) -> Siege:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    clients = kinds()
    web = listening_processes(instance)
    small = {process: process.memory_info().rss for process in web}
    address = urlsplit(instance.url)
    statuses: list[int] = []
    is_over = threading.Event()
    others = threading.Thread(target=ask, args=(address.netloc, statuses, is_over))
    grown = 0
    try:
        for each in clients.values():
            each.connect(address.port or 0, address.netloc)
        others.start()
        until = time.monotonic() + PATIENCE
        while any(each.open for each in clients.values()) and time.monotonic() < until:
            time.sleep(1)
            for each in clients.values():
                each.go_on()
            grown = max(grown, *(process.memory_info().rss - small[process] for process in web))
    finally:
        is_over.set()
        others.join()
        for connection in [one for each in clients.values() for one in each.open]:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    return Siege(clients, statuses, grown)


def kinds() -> dict[str, Clients]:
    head = "HTTP/1.1\r\nHost: HOST\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    chunked = "Transfer-Encoding: chunked\r\n"
    return {
        "slow bodies": Clients(16, f"POST /privacy {head}{form}Content-Length: 100000\r\n\r\n", trickle="a"),
        "slow chunks": Clients(16, f"POST /privacy {head}{form}{chunked}\r\n", trickle="1\r\na\r\n"),
        "slow heads": Clients(16, f"GET / {head}", trickle="X-A: b\r\n"),
        "idle after an answer": Clients(16, f"GET /healthz {head}\r\n"),
        "silent": Clients(1000, ""),
        "no readers": Clients(24, f"GET {LARGE_FILE} {head}\r\n" * 10, is_reading=False),
    }


def listening_processes(instance: Live) -> list[psutil.Process]:
    """All of them. The instance is up with the first, and each needs a moment to set the options of its connections."""
    until = time.monotonic() + PATIENCE
    while len(found := [each for each in web_processes(instance) if is_listening(each)]) < WEB_PROCESSES:
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1)
    return found


def is_listening(process: psutil.Process) -> bool:
    return any(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp"))


def web_processes(instance: Live) -> list[psutil.Process]:
    port = str(urlsplit(instance.url).port)
    found = [each for each in psutil.process_iter(["cmdline"]) if port in (each.info["cmdline"] or ())]
    return [worker for each in found for worker in each.children()]


def ask(netloc: str, statuses: list[int], is_over: threading.Event) -> None:
    """Somebody who opens a page, and a health check, each on a new connection."""
    while not is_over.is_set():
        for path in ("/login", "/healthz"):
            statuses.append(status_of(netloc, path))
            time.sleep(0.1)


def status_of(netloc: str, path: str) -> int:
    connection = http.client.HTTPConnection(netloc, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize("kind", kinds())
def test_each_is_ended(siege: Siege, kind: str) -> None:
    assert len(siege.clients[kind].open) == 0


def test_everybody_else_is_served_meanwhile(siege: Siege) -> None:
    assert len(siege.statuses) > 10
    assert [status for status in siege.statuses if status != 200] == []


def test_they_take_little_memory(siege: Siege) -> None:
    assert siege.memory < MEMORY


def test_a_slow_body_is_answered_before_the_application_is_asked(siege: Siege) -> None:
    for kind in ("slow bodies", "slow chunks"):
        assert {answer.split(b"\r\n")[0] for answer in siege.clients[kind].answers} == {b"HTTP/1.1 408 Request Timeout"}


def test_a_body_that_breaks_off_is_not_used(instance: Live) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    for length in ("Content-Length: 100\r\n\r\nemail=", "Transfer-Encoding: chunked\r\n\r\n6\r\nemail=\r\n"):
        assert said(instance, form + length, and_end=True).startswith("HTTP/1.1 400 ")


def test_a_body_that_is_too_large_is_refused_unread(instance: Live) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    assert said(instance, f"{form}Content-Length: 50000000\r\n\r\n").startswith("HTTP/1.1 413 ")


def test_a_body_in_two_pieces_is_read(instance: Live) -> None:
    """By the application, which misses the form's token."""
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    assert said(instance, f"{form}Content-Length: 10\r\n\r\nemail", "=a%40").startswith("HTTP/1.1 400 ")
    expecting = f"{form}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    assert said(instance, expecting, "email").startswith("HTTP/1.1 100 ")


def said(instance: Live, request: str, *rest: str, and_end: bool = False) -> str:
    """What the server answers to a POST, without the line that names it."""
    address = urlsplit(instance.url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=60) as connection:
        connection.sendall(f"POST /privacy HTTP/1.1\r\nHost: {address.netloc}\r\n{request}".encode())
        for each in rest:
            time.sleep(0.5)
            connection.sendall(each.encode())
        if and_end:
            connection.shutdown(socket.SHUT_WR)
        return connection.recv(65_536).decode()
