"""Runs the application for one request and hands its answer to granian, which sends it without a thread of ours."""

from collections.abc import Iterable
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from granian.rsgi import HTTPProtocol

IN_MEMORY = 256_000  # bytes; what is longer waits for its reader in a file

Headers = list[tuple[str, str]]


class Start:
    """The `start_response` of WSGI."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, _exc_info: Any = None, /) -> Any:
        self.status, self.headers = int(status[:3]), headers


def answer(app: WSGIApplication, environ: WSGIEnvironment, proto: HTTPProtocol) -> IO[bytes] | None:
    """Returns the file that the answer is sent from, if it is in one; it must stay open until the connection ends."""
    start = Start()
    pieces = app(environ, start)
    try:
        return _send(pieces, start, proto)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()


def _send(pieces: Iterable[bytes], start: Start, proto: HTTPProtocol) -> IO[bytes] | None:
    rest = iter(pieces)
    begun: list[bytes] = []
    size = 0
    for piece in rest:
        begun.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            return _send_file(chain(begun, rest), start, proto)
    proto.response_bytes(start.status, start.headers, b"".join(begun))
    return None


def _send_file(pieces: Iterable[bytes], start: Start, proto: HTTPProtocol) -> IO[bytes]:
    """Closes the connection afterwards, which is how the gateway learns that the file has been sent."""
    file = TemporaryFile()  # noqa: SIM115  closed by the gateway
    file.writelines(pieces)
    file.flush()
    file.seek(0)
    headers = [*start.headers, ("connection", "close")]
    proto.response_file(start.status, headers, f"/dev/fd/{file.fileno()}")
    return file
