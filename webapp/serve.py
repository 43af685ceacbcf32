"""Becomes the web server, after a look at all settings: `bin/web` starts this.

In the workers of the server the look would come too late: they end, and the server starts them again for ever.
"""

import os
import sys
from typing import NoReturn

from webapp.config import Settings, SettingsError, WebServerSettings


def command(web: WebServerSettings) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "wsgi:app", "--interface", "wsgi"),
        *("--host", web.host, "--port", str(web.port)),
        *("--workers", str(web.workers), "--blocking-threads", str(web.threads)),
        *("--no-ws", "--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "5"),
        *("--log-level", "warning"),
    ]


def main() -> NoReturn:
    try:
        line = command(Settings.from_environment().web)
    except SettingsError as error:
        sys.exit(str(error))
    os.execv(line[0], line)  # noqa: S606  the same process, which is watched and asked to end


if __name__ == "__main__":
    main()
