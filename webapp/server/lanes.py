"""The threads that run the application, in lanes: requests of one lane never wait for those of another."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import IO
from wsgiref.types import WSGIEnvironment

from granian.rsgi import HTTPProtocol

File = IO[bytes] | None


class Exchange:
    """A request that is complete, and where its answer goes. `finished`: the answer has been handed over; with the file
    that it is sent from, if it is in one."""

    __slots__ = ("_claim", "_loop", "environ", "finished", "proto")

    def __init__(self, environ: WSGIEnvironment, proto: HTTPProtocol, loop: asyncio.AbstractEventLoop) -> None:
        self.environ = environ
        self.proto = proto
        self.finished: asyncio.Future[File] = loop.create_future()
        self._loop = loop
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """Whether the caller is to answer it: true once."""
        return self._claim.acquire(blocking=False)

    def finish(self, file: File = None) -> None:
        """Callable from any thread."""
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._set_finished, file)

    def _set_finished(self, file: File) -> None:
        if not self.finished.done():
            self.finished.set_result(file)


class Lane:
    """A queue of requests, and the threads that answer them one by one."""

    def __init__(self, name: str, threads: int, answer: Callable[[Exchange], None]) -> None:
        self._queue: SimpleQueue[Exchange] = SimpleQueue()
        self._answer = answer
        for number in range(threads):
            threading.Thread(target=self._work, name=f"{name}-{number + 1}", daemon=True).start()

    @property
    def length(self) -> int:
        """How many requests wait."""
        return self._queue.qsize()

    def put(self, exchange: Exchange) -> None:
        self._queue.put(exchange)

    def _work(self) -> None:
        while True:
            self._answer(self._queue.get())
