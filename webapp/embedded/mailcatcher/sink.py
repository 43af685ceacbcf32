"""An SMTP server in its own thread: accepts everything (no AUTH, supports SMTPUTF8), or fails on demand."""

import asyncio
import errno
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from enum import StrEnum
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from webapp.embedded.ports import LOOPBACK

SIZE_LIMIT = 33_554_432  # bytes
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

log = logging.getLogger(__name__)


class Fault(StrEnum):
    """How the server misbehaves from now on."""

    NONE = "none"
    REFUSE = "refuse"  # no connection
    HANG = "hang"  # accepts the connection and never sends anything
    TEMPORARY = "temporary"  # 451 to every recipient
    PERMANENT = "permanent"  # 550 to every recipient: no such mailbox
    DENIED = "denied"  # 554 to every recipient: sender not permitted
    CUT = "cut"  # accepts the whole mail, then drops the connection without a reply


@dataclass(frozen=True)
class Received:
    """One mail as received: its envelope and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=modern)


class MailSink:
    """Received mails are in `messages`, in order; each was passed to `keep` before the sender got its 250.

    Usable as a context manager. `rejected` contains recipients, in lower case, that are refused with 550.
    """

    def __init__(
        self, *, port: int = 0, keep: Callable[[Received], object] | None = None, remember: bool = True
    ) -> None:
        self.port = port
        self.messages: list[Received] = []
        self.cut = 0  # mails that were accepted and lost by Fault.CUT
        self.rejected: set[str] = set()
        self._keep = keep
        self._remembers = remember  # False for long runs: mails that `keep` has stored do not also stay in memory
        self._fault = Fault.NONE
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.BaseTransport] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def start(self) -> "MailSink":
        self._thread.start()
        self._call(self._listen())
        return self

    def stop(self) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def fault(self) -> Fault:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        """Takes effect immediately; open connections are dropped."""
        self._fault = fault
        self._call(self._close())
        if fault is not Fault.REFUSE:
            self._call(self._listen())

    def wait_for(self, count: int, *, timeout: float = 60.0) -> list[Received]:
        """The messages, once there are at least `count`. Raises TimeoutError, which says how many there are."""
        deadline = time.monotonic() + timeout
        with self._arrived:
            while len(self.messages) < count:
                if not self._arrived.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{len(self.messages)} of {count} mails came in {timeout} s")
            return list(self.messages)

    def clear(self) -> None:
        with self._arrived:
            self.messages.clear()

    # -- aiosmtpd's hooks, in the server's thread

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self._fault is Fault.TEMPORARY:
            return "451 4.3.0 Try again later"
        if self._fault is Fault.DENIED:
            return "554 5.7.1 Relay access denied"
        if self._fault is Fault.PERMANENT or address.lower() in self.rejected:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self._fault is Fault.CUT:
            self.cut += 1
            server.transport.abort()
            return "250 nobody hears this"
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content)
        if self._keep:
            self._keep(mail)
        if self._remembers:
            with self._arrived:
                self.messages.append(mail)
                self._arrived.notify_all()
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """A failure here is not the mail's fault; aiosmtpd's own 500 would make the sender give the mail up."""
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            return "452 4.3.1 Insufficient system storage"
        log.error("mail catcher: the mail could not be kept (%s: %s)", type(error).__name__, error)
        return "451 4.3.0 The mail could not be kept"

    # -- the server

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._connection, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]  # reused after a fault

    def _connection(self) -> asyncio.BaseProtocol:
        if self._fault is Fault.HANG:
            return _Silent(self._connections)
        return _Session(self, self._connections, self._loop)

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for transport in list(self._connections):
            cast(asyncio.Transport, transport).abort()
        await asyncio.sleep(0)  # lets their connection_lost run


class _Silent(asyncio.Protocol):
    def __init__(self, connections: set[asyncio.BaseTransport]) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)


class _Session(SMTP):
    def __init__(
        self, sink: MailSink, connections: set[asyncio.BaseTransport], loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(
            sink, enable_SMTPUTF8=True, hostname="localhost", ident="Openslot", data_size_limit=SIZE_LIMIT, loop=loop
        )
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self.transport)
        super().connection_lost(error)
