"""Reads the body of a request before a thread is taken: within a deadline, and no more of it than is accepted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from granian.rsgi import HTTPProtocol

GRACE_SECONDS = 5.0  # for a body; after that it must have arrived at the least rate
LEAST_RATE = 64_000  # bytes per second
BUDGET = 40_000_000  # bytes, of all bodies of a kind that are being read


class Refused(Exception):
    """Answered with `status` without asking the application."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass
class Kind:
    """Bodies of up to `limit` bytes. `free`: what is left of their budget."""

    limit: int
    free: int = BUDGET


class Bodies:
    """`ordinary`: the largest body in bytes. `large`: the largest one of paths that accept more, from requests with
    this cookie."""

    def __init__(self, ordinary: int, large: Mapping[str, int], cookie: str) -> None:
        self._ordinary = Kind(ordinary)
        self._large = {path: Kind(limit) for path, limit in large.items()}
        self._cookie = f"{cookie}="

    async def read(self, environ: WSGIEnvironment, proto: HTTPProtocol) -> tuple[bytes, int]:
        """The body and its length. If it is longer than accepted, the body is cut off or empty, and the application
        refuses it by its length. Raises Refused."""
        declared = environ.get("CONTENT_LENGTH")
        if declared is None and "HTTP_TRANSFER_ENCODING" not in environ:
            return b"", 0
        kind = self._kind(environ)
        length = None if declared is None else int(declared)
        if length is not None and not 0 < length <= kind.limit:
            return b"", length
        pieces = await _received(proto, kind)
        size = sum(map(len, pieces))
        # A body that breaks off ends in one more empty piece than one that is complete.
        if size <= kind.limit and (size != length if length is not None else pieces.count(b"") != 1):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return b"".join(pieces), size

    def _kind(self, environ: WSGIEnvironment) -> Kind:
        if self._cookie in environ.get("HTTP_COOKIE", ""):
            return self._large.get(environ["PATH_INFO"], self._ordinary)
        return self._ordinary


async def _received(proto: HTTPProtocol, kind: Kind) -> list[bytes]:
    """The pieces of a body, up to the first that exceeds the limit. Raises Refused."""
    pieces: list[bytes] = []
    size = 0
    began_at = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(GRACE_SECONDS) as deadline:
            async for piece in proto:
                pieces.append(piece)
                size += len(piece)
                kind.free -= len(piece)
                if kind.free < 0:
                    raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
                if size > kind.limit:
                    break
                deadline.reschedule(began_at + GRACE_SECONDS + size / LEAST_RATE)
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None
    finally:
        kind.free += size
    return pieces
