"""How much processor time one address may use, so that no single client keeps the server busy with dear requests.

Counting requests would not do: a page from the cache takes a millisecond, and one of a large calendar two hundred. Each
process counts on its own and in memory, which costs some microseconds; a round trip to Valkey would cost a third of a
page. Callers who have logged in or sent a token are not charged: limits of their own apply to them.
"""

import math
import time
from collections import OrderedDict
from threading import Lock

from flask import Flask, g, request
from werkzeug.exceptions import TooManyRequests

from webapp.core.config import Settings
from webapp.core.rate_limits import address

SECONDS = 12.0  # that an address can use at once: some thousands of ordinary pages
SECONDS_PER_SECOND = 0.2  # that it gets back
SECONDS_PER_REQUEST = 0.002  # for what other processes do, such as the database
MOST_ADDRESSES = 20_000
FREE_ENDPOINTS = ("static", "admin.static", "health.healthz", "health.readyz")


class Budget:
    """What each address has used. Thread-safe. Beyond MOST_ADDRESSES, those that are idle for longest are forgotten."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, now: float) -> int:
        """The seconds after which this address can ask again; 0 if it can now."""
        over = self._used_at(key, now) - SECONDS
        return math.ceil(over / SECONDS_PER_SECOND) if over > 0 else 0

    def charge(self, key: str, seconds: float, now: float) -> None:
        with self._lock:
            self._used[key] = self._used_at(key, now) + seconds, now
            self._used.move_to_end(key)
            if len(self._used) > MOST_ADDRESSES:
                self._used.popitem(last=False)

    def _used_at(self, key: str, now: float) -> float:
        used, since = self._used.get(key, (0.0, now))
        return max(0.0, used - (now - since) * SECONDS_PER_SECOND)


def init_app(app: Flask, settings: Settings) -> None:
    if not settings.rate_limits:
        return
    budget = Budget()

    def refuse() -> None:
        g.thread_seconds = None
        if request.endpoint in FREE_ENDPOINTS:
            return
        if seconds := budget.wait(address(), time.monotonic()):
            raise TooManyRequests(retry_after=seconds)
        g.thread_seconds = time.thread_time()

    def charge(_failure: BaseException | None) -> None:
        began = g.get("thread_seconds")
        if began is not None and not _is_known():
            budget.charge(address(), time.thread_time() - began + SECONDS_PER_REQUEST, time.monotonic())

    app.before_request(refuse)
    app.teardown_request(charge)


def _is_known() -> bool:
    """Whether the caller has logged in, or sent a host's token."""
    user = g.get("_login_user")
    return g.get("holder") is not None or bool(user and user.is_authenticated)
