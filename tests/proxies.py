"""Proxies between the application and Postgres: on the loopback address, in front of a server with a Unix socket."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from webapp.embedded.ports import LOOPBACK

VERSION = b"\x00\x03\x00\x00"  # of a startup packet; other numbers ask for TLS or GSSAPI
PIECE = 65_536


class Proxy:
    """Passes everything on. `halted`: takes connections and bytes, and passes nothing on in either direction, as a
    network does that loses every packet."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self._open: list[socket.socket] = []
        self.halted = threading.Event()
        self.accepted = 0

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                server = socket.socket(socket.AF_UNIX)
                self._open += [client, server]
                threading.Thread(target=self._connect, args=(client, server), daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _connect(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            server.connect(self._target)
            self.begin(client, server)
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            self._pass_on(server, client)

    def begin(self, client: socket.socket, server: socket.socket) -> None:
        """What comes before everything is passed on."""

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                while self.halted.is_set():
                    time.sleep(0.05)
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class ForgetfulPooler(Proxy):
    """Passes on who wants which database, and nothing else of a startup packet, as PgBouncer does when it is told to
    ignore `options`."""

    def begin(self, client: socket.socket, server: socket.socket) -> None:
        packet = _packet(client)
        while packet[:4] != VERSION:
            client.sendall(b"N")
            packet = _packet(client)
        words = packet[4:].rstrip(b"\0").split(b"\0")
        asked = dict(zip(words[::2], words[1::2], strict=True))
        body = VERSION + b"".join(b"%s\0%s\0" % (name, asked[name]) for name in (b"user", b"database")) + b"\0"
        server.sendall((len(body) + 4).to_bytes(4, "big") + body)


@contextmanager
def standing_before(url: str, kind: type[Proxy] = Proxy) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    named = conninfo_to_dict(url)
    proxy = kind(str(Path(str(named["host"])) / ".s.PGSQL.5432"))
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy, f"postgresql://{named['user']}@{LOOPBACK}:{proxy.port}/{named['dbname']}"
    finally:
        proxy.close()


def _packet(client: socket.socket) -> bytes:
    length = int.from_bytes(client.recv(4, socket.MSG_WAITALL), "big")
    return client.recv(length - 4, socket.MSG_WAITALL)
