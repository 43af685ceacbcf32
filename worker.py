"""The background process: relay (outbox to queue) and jobs (queue to mail server).

    python worker.py                  both
    python worker.py --roles relay    one of them; run as many of each as needed
    python worker.py --roles jobs

SIGTERM and SIGINT end it after the mail in hand; SIGKILL loses nothing, what was in hand is sent again.
"""

import argparse
import logging
import signal
import threading
from types import FrameType

from webapp import create_app
from webapp.effects.jobs import stopping
from webapp.effects.relay import Relay
from webapp.effects.transport import mail
from webapp.effects.worker import work

log = logging.getLogger("openslot.worker")

ROLES = ("relay", "jobs")
GRACE = 5.0  # seconds the relay gets to end


def main() -> None:
    parser = argparse.ArgumentParser(description="Sends the mails that bookings and accounts cause.")
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=ROLES, help="what this process does (both)")
    roles = parser.parse_args().roles
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    app = create_app()
    mail.init_app(app)
    relay = threading.Thread(target=Relay(app, stopping).run, name="relay", daemon=True) if "relay" in roles else None
    if relay:
        relay.start()
    log.info("worker ready: %s", " and ".join(roles))
    if "jobs" in roles:
        work(app)
    stopping.wait()
    if relay:
        relay.join(GRACE)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    stopping.set()


if __name__ == "__main__":
    main()
