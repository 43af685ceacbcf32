"""Rate limits: counted in Valkey for all processes together, or per process while Valkey is unavailable.

Limits always apply and never cost much time: without Valkey each process still counts, and a Valkey that hangs delays
one request per pause by a quarter of a second. (Flask-Limiter keeps such state per module, not per application, and
cannot guard views of other extensions; its underlying library, `limits`, does the counting here.)

Callers are counted by `subscriber`: one key each, no matter how a socket or a proxy writes the address.
"""

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from webapp.core.config import Settings
from webapp.core.logs import log

TIMEOUT_SECONDS = 0.25
PAUSE_SECONDS = 5.0  # before Valkey is tried again
BOOKINGS_PER_ADDRESS = parse("60 per minute")  # by page and API together
BOOKING_KEY = "booking"
# Webhook tests and messages sent again, by page and API together: requests that a host can direct at others at will.
MESSAGES_PER_HOST = parse("60 per hour")
MESSAGE_KEY = "webhook-message"


class LimitReached(TooManyRequests):
    """`is_first`: nobody has been refused in this period before."""

    is_first = False


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a limit is left, the seconds until it is reset, and whether this was the first attempt too many."""

    limit: int
    remaining: int
    reset_seconds: int
    is_first_refusal: bool = False


class Counter:
    """The counters of one application."""

    def __init__(self, settings: Settings) -> None:
        self.is_on = settings.rate_limits
        self._url = settings.redis_url
        self._shared: FixedWindowRateLimiter | None = None
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._ask_again_at = 0.0
        self._is_broken = False

    def count(self, item: RateLimitItem, *keys: str) -> tuple[bool, Window]:
        """Count one attempt under `keys`. Returns whether it is allowed, and what is left."""
        if time.monotonic() >= self._ask_again_at:
            if self._is_broken:  # one caller tries; the others go on without Valkey meanwhile
                self._ask_again_at = time.monotonic() + PAUSE_SECONDS
            try:
                counted = _count(self._limiter(), item, keys)
            except Exception as error:  # noqa: BLE001  of the client, the socket or the server: Valkey is unavailable
                self._is_broken, self._ask_again_at = True, time.monotonic() + PAUSE_SECONDS
                log.warning("rate limits are counted in this process", cause=type(error).__name__)
            else:
                self._is_broken, self._ask_again_at = False, 0.0
                return counted
        return _count(self._own, item, keys)

    def give_back(self, item: RateLimitItem, *keys: str) -> None:
        """Undo the count of one attempt, where it was counted."""
        is_shared = time.monotonic() >= self._ask_again_at
        try:
            limiter = self._limiter() if is_shared else self._own
            limiter.storage.incr(item.key_for(*keys), item.get_expiry(), amount=-1)
        except Exception as error:  # noqa: BLE001  as in `count`; the attempt stays counted
            log.warning("an attempt was not given back", cause=type(error).__name__)

    def _limiter(self) -> FixedWindowRateLimiter:
        """Created at first use, because the client library is slow to import."""
        if self._shared is None:
            options: Any = {"socket_connect_timeout": TIMEOUT_SECONDS, "socket_timeout": TIMEOUT_SECONDS}
            self._shared = FixedWindowRateLimiter(storage_from_string(self._url, **options))
        return self._shared


def _count(limiter: FixedWindowRateLimiter, item: RateLimitItem, keys: tuple[str, ...]) -> tuple[bool, Window]:
    is_allowed = limiter.hit(item, *keys)
    key = item.key_for(*keys)
    attempts, reset_at = limiter.storage.get(key), limiter.storage.get_expiry(key)
    remaining, seconds = max(item.amount - attempts, 0), max(1, int(reset_at - time.time()) + 1)
    return is_allowed, Window(item.amount, remaining, seconds, attempts == item.amount + 1)


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["rate_limits"] = Counter(settings)


def attempt(item: RateLimitItem, *keys: str) -> Window | None:
    """Count an attempt. Raises LimitReached. Returns None if limits are switched off."""
    if not is_on():
        return None
    counter: Counter = current_app.extensions["rate_limits"]
    is_allowed, window = counter.count(item, *keys)
    if not is_allowed:
        refused = LimitReached(retry_after=window.reset_seconds)
        refused.is_first = window.is_first_refusal
        raise refused
    return window


def give_back(item: RateLimitItem, *keys: str) -> None:
    """Undo `attempt`: it turned out not to count."""
    if is_on():
        counter: Counter = current_app.extensions["rate_limits"]
        counter.give_back(item, *keys)


def is_on() -> bool:
    counter: Counter = current_app.extensions["rate_limits"]
    return counter.is_on


def attempt_booking() -> Window | None:
    """Count an attempt to book, on any face."""
    return attempt(BOOKINGS_PER_ADDRESS, BOOKING_KEY, address()) if is_on() else None


def attempt_message(host_id: int) -> Window | None:
    """Count a message that a host sends manually."""
    return attempt(MESSAGES_PER_HOST, MESSAGE_KEY, str(host_id))


def address() -> str:
    """The caller, as a key to count under."""
    return subscriber(request.remote_addr)


UNKNOWN = "unknown"  # one key, and so one shared limit, for all callers whose address cannot be parsed
_WRITTEN = re.compile(r"\[(?P<bracketed>[^]]*)\](:\d*)?|(?P<v4>[^:]*)(:\d*)?|(?P<v6>.*)")
# An IPv4 address in the last 32 bits: mapped (a socket for both), translated (RFC 7915), behind a NAT64 (RFC 6052).
_WITH_IPV4_AT_THE_END = tuple(map(ip_network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215: its operator decides where in it the IPv4 address is


@lru_cache(maxsize=4096)
def subscriber(written: str | None) -> str:
    """The key for `203.0.113.9`, `203.0.113.9:1024`, `2001:db8::1%eth0` or `[2001:db8::1]:1024`; otherwise UNKNOWN.

    IPv4 addresses are counted individually, IPv6 addresses by their /64, which is what one subscriber has.
    """
    try:
        address = ip_address(_bare(written or ""))
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        address = _ipv4_inside(address) or address
    if isinstance(address, IPv4Address) or address in _LOCAL_NAT64:
        return str(address)
    return address.exploded[:19]


def _bare(written: str) -> str:
    """Without brackets, port and zone."""
    match = _WRITTEN.fullmatch(written.strip())
    groups = match.groupdict() if match else {}
    address: str = next((group for group in groups.values() if group is not None), "")
    return address.partition("%")[0]


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    """The subscriber's IPv4 address in that of a translator or tunnel, behind which all would share a /64."""
    if any(address in network for network in _WITH_IPV4_AT_THE_END):
        return IPv4Address(address.packed[-4:])
    return address.sixtofour or (address.teredo and address.teredo[1])
