"""Which requests of this process wait for which lock in the database, so that a lock that is never released does not
take all threads.

While a lock moves on, waiting is cheap: fifty guests who want the same time have their answers after some milliseconds
each. A lock is stuck if one of them waits and none has got it for STUCK_SECONDS. Then only the first goes on waiting;
the others, and all that come later, are refused at once. Several stuck locks together get half of the threads.

Each process counts for itself: that needs no round trip, and the processes are few.
"""

import math
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.core.config import Settings
from webapp.core.patience import waiting_only_if
from webapp.domain.errors import Overloaded

STUCK_SECONDS = 1.0  # a busy machine may take half of it for a lock that moves on
WAITING_PER_LOCK = 1
MEMORY_SECONDS = 10.0  # a lock that somebody did not get stays stuck for so long, or until somebody gets it
HELD = "locks"  # in the info of a session: those of its transaction


@dataclass(eq=False)
class _Queue:
    """Those who wait for one lock, in the order in which they came. Times are by time.monotonic()."""

    moved_at: float  # when one of them got the lock; at first, when the first came
    failed_at: float = -math.inf  # when one of them went without it
    waits: "list[_Wait]" = field(default_factory=list)

    def is_stuck(self, now: float) -> bool:
        return now - self.moved_at > STUCK_SECONDS

    def is_forgotten(self, now: float) -> bool:
        return not self.waits and now - self.failed_at > MEMORY_SECONDS


@dataclass(eq=False)
class _Wait:
    queue: _Queue
    began_at: float


class LockQueues:
    def __init__(self) -> None:
        self._queues: dict[Hashable, _Queue] = {}
        self._guard = threading.Lock()
        self._waiting_in_all = 1

    def init_app(self, settings: Settings) -> None:
        self._waiting_in_all = max(1, settings.web.threads // 2)

    @contextmanager
    def waiting(self, key: Hashable) -> Iterator[None]:
        """Take the lock inside. Raises Overloaded if it is stuck and enough others wait, also while waiting."""
        wait = self._enter(key)
        try:
            with waiting_only_if(lambda: self._may_wait(wait)):
                yield
        except BaseException as error:
            self._leave(wait, got_it=False)
            if isinstance(error, DBAPIError) and isinstance(error.orig, QueryCanceled):
                raise Overloaded("others wait for the same") from error
            raise
        self._leave(wait, got_it=True)

    def _enter(self, key: Hashable) -> _Wait:
        now = time.monotonic()
        with self._guard:
            queue = self._queues.get(key)
            if queue is None or queue.is_forgotten(now):
                queue = self._queues[key] = _Queue(now)
            wait = _Wait(queue, now)
            if self._is_one_too_many(wait, now):
                raise Overloaded("others wait for the same")
            queue.waits.append(wait)
        return wait

    def _may_wait(self, wait: _Wait) -> bool:
        with self._guard:
            return not self._is_one_too_many(wait, time.monotonic())

    def _is_one_too_many(self, wait: _Wait, now: float) -> bool:
        if not wait.queue.is_stuck(now):
            return False
        stuck = (other for queue in self._queues.values() if queue.is_stuck(now) for other in queue.waits)
        before = [other.queue for other in stuck if other is not wait and other.began_at <= wait.began_at]
        return len(before) >= self._waiting_in_all or before.count(wait.queue) >= WAITING_PER_LOCK

    def _leave(self, wait: _Wait, *, got_it: bool) -> None:
        now = time.monotonic()
        with self._guard:
            wait.queue.waits.remove(wait)
            if got_it:
                wait.queue.moved_at, wait.queue.failed_at = now, -math.inf
            elif wait.queue.is_stuck(now):
                wait.queue.failed_at = now
            for forgotten in [key for key, queue in self._queues.items() if queue.is_forgotten(now)]:
                del self._queues[forgotten]


lock_queues = LockQueues()


@contextmanager
def waiting_for(session: Session, *key: Hashable) -> Iterator[None]:
    """Take the lock `key` inside, which the transaction then holds. Raises Overloaded."""
    held = session.info.setdefault(HELD, set())
    if key in held:
        yield
        return
    with lock_queues.waiting(key):
        yield
    held.add(key)
