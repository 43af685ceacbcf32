"""Whether the queue server answers. Pages and bookings work without it; an operator should know what does not."""

from contextlib import closing

from flask import Flask

from webapp.core.config import Settings
from webapp.core.logs import log

TIMEOUT_SECONDS = 0.5


def problem(settings: Settings) -> str | None:
    """None, or what is wrong, in words for an operator."""
    from redis import Redis
    from redis.exceptions import RedisError

    seconds = TIMEOUT_SECONDS
    try:
        with closing(Redis.from_url(settings.redis_url, socket_connect_timeout=seconds, socket_timeout=seconds)) as it:
            it.ping()
    except (RedisError, OSError) as error:
        return f"queue server: no answer ({type(error).__name__}), mail and webhooks wait; see REDIS_URL"
    return None


def tell_at_start(app: Flask) -> None:
    """One line in the log of a web process that goes on without it."""
    if found := problem(app.extensions["settings"]):
        log.warning(found)
