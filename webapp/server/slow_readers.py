"""Ends connections whose clients read too slowly, which granian would wait for without end.

Only the kernel knows how much a client has received, and it keeps what granian has already written. Linux shows both
for each socket of a process; on other systems nothing is ended.
"""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from termios import TIOCOUTQ

GRACE_SECONDS = 10.0
LEAST_RATE = 8_000  # bytes per second
PAUSE_SECONDS = 1.0
SEND_BUFFER = 131_072  # bytes of a connection, which Linux doubles; without a limit it grows to 4 MB
CLOSED_SECONDS = 20  # how long the kernel keeps what is left to send on a connection that granian has closed

DESCRIPTORS = Path("/proc/self/fd")
NOTHING = bytes(4)  # left to send
RECEIVED = struct.Struct("=120xQ")  # tcpi_bytes_acked in Linux's struct tcp_info
RESET = struct.pack("ii", 1, 0)  # close at once, and forget what was not received


@dataclass(frozen=True, slots=True)
class Sending:
    """Since when something has been left to send without a break, and how much had been received by then."""

    began_at: float
    received: int


class SlowReaders:
    """Watches the connections that this process accepts on a port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sending: dict[int, Sending] = {}  # by the inode of the socket

    def start(self) -> None:
        if DESCRIPTORS.exists():
            threading.Thread(target=self._watch, name="slow-readers", daemon=True).start()

    def _watch(self) -> None:
        while not self.limit_buffers():
            time.sleep(0.1)
        while True:
            time.sleep(PAUSE_SECONDS)
            self.end_slow_ones()

    def limit_buffers(self) -> bool:
        """Set options of the socket that listens, which its connections inherit. False if it does not listen yet."""
        is_there = False
        for each in self._sockets(lambda _descriptor: True):
            with closing(each):
                if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
                    each.setsockopt(socket.SOL_TCP, socket.TCP_USER_TIMEOUT, CLOSED_SECONDS * 1000)
                    is_there = True
        return is_there

    def end_slow_ones(self) -> None:
        before, self._sending = self._sending, {}
        now = time.monotonic()
        for connection in self._sockets(_has_something_to_send):
            with closing(connection), suppress(OSError):
                inode = os.fstat(connection.fileno()).st_ino
                (received,) = RECEIVED.unpack(connection.getsockopt(socket.SOL_TCP, socket.TCP_INFO, RECEIVED.size))
                begun = self._sending[inode] = before.get(inode) or Sending(now, received)
                if now > begun.began_at + GRACE_SECONDS + (received - begun.received) / LEAST_RATE:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    connection.shutdown(socket.SHUT_RDWR)

    def _sockets(self, is_wanted: Callable[[int], bool]) -> Iterator[socket.socket]:
        """Those of our port, as duplicates: granian may close its own meanwhile."""
        for descriptor in [int(entry.name) for entry in DESCRIPTORS.iterdir()]:
            with suppress(OSError):  # closed meanwhile, or no socket
                if is_wanted(descriptor) and (found := _duplicate(descriptor)):
                    if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == self._port:
                        yield found
                    else:
                        found.close()


def _has_something_to_send(descriptor: int) -> bool:
    return ioctl(descriptor, TIOCOUTQ, NOTHING) != NOTHING


def _duplicate(descriptor: int) -> socket.socket | None:
    """None: it is no socket."""
    duplicate = os.dup(descriptor)
    try:
        return socket.socket(fileno=duplicate)
    except OSError:
        os.close(duplicate)
        return None
