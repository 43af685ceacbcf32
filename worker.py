"""The background process: relay (outbox to queues), clock (work that is due), jobs (queue to mail server, and uploaded
documents) and webhooks (queue to the servers of hosts).

    python worker.py                  all roles
    python worker.py --roles relay    relay and clock; run as many of each as needed
    python worker.py --roles jobs
    python worker.py --roles webhooks

SIGTERM and SIGINT end it after the current mail and messages. SIGKILL loses nothing: what was being sent is sent again.
"""

import argparse
import logging
import signal
import threading
from types import FrameType

from flask import Flask

from webapp import create_app
from webapp.core import time_zones
from webapp.effects.clock import Clock
from webapp.effects.mail.jobs import FAILING_WEBHOOK_QUEUE, UPLOAD_QUEUE, WEBHOOK_QUEUE, stopping
from webapp.effects.mail.smtp import mail
from webapp.effects.pool import WorkerPool
from webapp.effects.relay import Relay
from webapp.effects.worker import work
from webapp.services.operations import readiness

log = logging.getLogger("openslot.worker")

# The queues of each role that have threads of their own.
ROLES = {"relay": (), "jobs": (UPLOAD_QUEUE,), "webhooks": (WEBHOOK_QUEUE, FAILING_WEBHOOK_QUEUE)}
GRACE = 5.0  # seconds for each thread to end


def main() -> None:
    parser = argparse.ArgumentParser(description="Sends the mails and webhooks that bookings and accounts cause.")
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=list(ROLES), help="what this process does (all)")
    roles = parser.parse_args().roles
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    app = create_app()
    with app.app_context():
        readiness.tell_at_start(app.extensions["settings"].database_url)
    mail.init_app(app)
    threads = _started(app) if "relay" in roles else ()
    pool = WorkerPool(app, [queue for role in roles for queue in ROLES[role]])
    pool.start()
    log.info("worker ready: %s; %s", " and ".join(roles), time_zones.version_line())
    if "jobs" in roles:
        work(app)
    stopping.wait()
    for thread in threads:
        thread.join(GRACE)
    pool.finish(GRACE)


def _started(app: Flask) -> tuple[threading.Thread, ...]:
    runs = {"relay": Relay(app, stopping).run, "clock": Clock(app, stopping).run}
    threads = tuple(threading.Thread(target=run, name=name, daemon=True) for name, run in runs.items())
    for thread in threads:
        thread.start()
    return threads


def _stop(_signal: int, _frame: FrameType | None) -> None:
    stopping.set()


if __name__ == "__main__":
    main()
