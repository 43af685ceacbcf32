"""Checks all settings, then replaces itself with the web server. Started by `bin/web`.

In the workers of the server the check would come too late: they would exit, and the server would restart them for ever.
"""

import errno
import os
import socket
import sys
from typing import NoReturn

from webapp.core.config import Settings, SettingsError, forget_server_variables
from webapp.core.config.tables import WebServerSettings


def command(web: WebServerSettings, *, is_restarted: bool = False) -> list[str]:
    """`is_restarted`: a supervisor restarts the server after a failure, and shows why it failed."""
    respawn = () if is_restarted else ("--respawn-failed-workers", "--respawn-interval", "1")
    return [
        *(sys.executable, "-m", "granian", "wsgi:app", "--interface", "wsgi"),
        *("--host", web.host, "--port", str(web.port)),
        *("--workers", str(web.workers), "--blocking-threads", str(web.threads)),
        *("--no-ws", *respawn, "--workers-kill-timeout", "5"),
        *("--log-level", "warning"),
    ]


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
    line = command(settings.web, is_restarted=bool(settings.reload))
    os.execv(line[0], line)  # noqa: S606  the same process, which the supervisor watches and stops


if __name__ == "__main__":
    main()
