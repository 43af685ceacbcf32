"""Health check of a container: exit code 0, or 1 with a reason. For Dockerfile and docker-compose.yml.

python -m webapp.healthcheck web       /readyz answers 200
python -m webapp.healthcheck worker    a worker on this machine is registered in the queue server and running
"""

import http.client
import os
import socket
import sys
from contextlib import closing
from urllib.parse import urlsplit

from webapp.core.config import Settings, environment

TIMEOUT = 5.0  # seconds


def web() -> str | None:
    """What is wrong; None if the web server is healthy."""
    settings = Settings.load(environment())
    host = urlsplit(settings.public_url).netloc
    with closing(http.client.HTTPConnection(settings.web.reached_at, settings.web.port, timeout=TIMEOUT)) as connection:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        return None if answer.status == http.client.OK else answer.read().decode(errors="replace").strip()


def worker() -> str | None:
    """What is wrong; None if the worker is healthy. Also checks its process, because the registration of a killed
    worker remains for minutes."""
    from redis import Redis

    url = Settings.load(environment()).redis_url
    queue = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True)
    with closing(queue):
        for key in queue.smembers("rq:workers"):
            host, pid = queue.hmget(key, "hostname", "pid")
            if pid and host == socket.gethostname() and _is_alive(int(pid)):
                return None
    return "no worker of this machine is registered"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> int:
    check = {"web": web, "worker": worker}[sys.argv[1]]
    try:
        problem = check()
    except Exception as error:  # noqa: BLE001  any error means unhealthy
        problem = f"{type(error).__name__}: {error}"
    if problem:
        print(problem)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
