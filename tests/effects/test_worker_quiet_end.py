"""An idle worker that is stopped logs nothing that looks like a problem."""

import re
import signal
from collections.abc import Callable

import pytest
from redis import Redis

from tests.effects.harness import WorkerProcess, eventually
from webapp.effects.pool import THREADS
from webapp.embedded.valkey import ValkeyService

TROUBLE = re.compile(r'Traceback|"level": "(warning|error|critical)"')
WAITING = 1 + sum(THREADS.values())  # for a job, in the queue server


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("is_waiting", [True, False])  # or on its way there
def test_an_idle_worker_ends_without_a_word_of_trouble(
    worker: Callable[..., WorkerProcess], valkey: ValkeyService, how: signal.Signals, is_waiting: bool
) -> None:
    started = worker()
    started.wait_until_ready()
    server = Redis.from_url(valkey.url)
    eventually(lambda: server.info("clients")["blocked_clients"] == WAITING or not is_waiting)
    started.process.send_signal(how)
    assert started.process.stderr
    log = started.process.stderr.read()  # to its end
    assert started.process.wait(60) == 0
    assert not TROUBLE.search(log), log
    assert server.scard("rq:workers") == 0  # each has signed off
