"""Checks all settings, then replaces itself with the web server. Started by `bin/web`.

In the workers of the server the check would come too late: they would exit, and the server would restart them for ever.
"""

import errno
import os
import resource
import socket
import sys
from typing import NoReturn

from webapp.core.config import Settings, SettingsError, forget_server_variables
from webapp.core.config.tables import WebServerSettings

HEAD_MILLISECONDS = 5_000  # for the head of a request, and between two requests
HEAD_BYTES = 65_536
MOST_CONNECTIONS = 4_000  # of each worker; the next ones wait until one is closed
BACKLOG = 4096  # connections that wait to be accepted; where there is no room, clients try again later and later
OTHER_FILES = 200  # that a worker has open besides its connections


def command(web: WebServerSettings, connections: int, *, is_restarted: bool = False) -> list[str]:
    """`is_restarted`: a supervisor restarts the server after a failure, and shows why it failed."""
    respawn = () if is_restarted else ("--respawn-failed-workers", "--respawn-interval", "1")
    return [
        *(sys.executable, "-m", "granian", "wsgi:gateway", "--interface", "rsgi", "--loop", "uvloop"),
        *("--host", web.host, "--port", str(web.port), "--workers", str(web.workers)),
        *("--http", "1", "--no-ws", "--http1-header-read-timeout", str(HEAD_MILLISECONDS)),
        *("--http1-buffer-size", str(HEAD_BYTES), "--backpressure", str(connections), "--backlog", str(BACKLOG)),
        *(*respawn, "--workers-kill-timeout", "5", "--log-level", "warning"),
    ]


def connections_allowed() -> int:
    """Of each worker, as many as it can have open files. A worker that runs out of these would go round in circles."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    files = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files - OTHER_FILES


def listening_fault(web: WebServerSettings) -> str | None:
    """Why the server cannot listen there, in a sentence. Another Openslot web server is not a reason: both share the
    port, so that one can take over from the other."""
    with socket.socket(socket.AF_INET6 if ":" in web.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return f"WEB_HOST={web.host} is not an address of this machine."
            taken = (
                "is taken by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used: {error.strerror}"
            )
            return f"Port {web.port} of {web.host} {taken}."
    return None


def main() -> NoReturn:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    if fault := listening_fault(settings.web):
        sys.exit(fault)
    forget_server_variables()
    line = command(settings.web, connections_allowed(), is_restarted=bool(settings.reload))
    os.execv(line[0], line)  # noqa: S606  the same process, which the supervisor watches and stops


if __name__ == "__main__":
    main()
