"""A server that claims to be Postgres 15.8: only as much of the protocol as a client needs to connect, no queries."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENCRYPTION_REQUESTS = (80877103, 80877104)  # SSLRequest, GSSENCRequest
PARAMETERS = {"server_version": "15.8", "client_encoding": "UTF8", "server_encoding": "UTF8", "TimeZone": "UTC"}


@contextmanager
def old_postgres() -> Iterator[str]:
    """Its DATABASE_URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"postgresql://openslot:secret@127.0.0.1:{server.server_address[1]}/openslot"
        server.shutdown()


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self._startup_code() in ENCRYPTION_REQUESTS:
            self.wfile.write(b"N")
        self._send(b"R", struct.pack("!I", 0))  # authenticated
        for name, value in PARAMETERS.items():
            self._send(b"S", f"{name}\0{value}\0".encode())
        self._send(b"Z", b"I")  # ready
        self.rfile.read()

    def _startup_code(self) -> int:
        length, code = struct.unpack("!II", self.rfile.read(8))
        self.rfile.read(length - 8)
        return int(code)

    def _send(self, kind: bytes, body: bytes) -> None:
        self.wfile.write(kind + struct.pack("!I", len(body) + 4) + body)
