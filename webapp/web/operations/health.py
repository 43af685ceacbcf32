"""/healthz: whether the process responds. /readyz: whether it can also do its work.

Pages and bookings work without the queue server, but operators should know when it does not respond. Reasons and
versions are for the operator only: whoever asks from the internet gets the status and nothing else.
"""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import closing

from flask import Blueprint, Flask, Response, current_app, request

from webapp.core import time_zones
from webapp.core.config import Settings
from webapp.core.logs import log
from webapp.domain.outgoing import is_public, literal_address
from webapp.services.operations import readiness
from webapp.web.shared.guards import public

ANSWER_SECONDS = 1.5  # plus half a second for the queue server: well below the timeout of health checks

blueprint = Blueprint("health", __name__)
_checks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readiness")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return _text("ok", 200)


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """200 if the database responds and has the tables that this version needs, otherwise 503. Problems with the queue
    server and the mail server are reported but do not change the status, because the work that needs them waits. The
    version of the time zone data is there for operators, too."""
    status, lines = _readiness()
    return _text("\n".join(lines) if _is_operator() else {200: "ok", 503: "not ready"}[status], status)


def _is_operator() -> bool:
    """On this machine or in its network, and not through a proxy: then the address is the proxy's or a claim."""
    literal = literal_address(request.remote_addr or "")
    is_direct = not any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via"))
    return literal is not None and not is_public(literal) and is_direct


def _readiness() -> tuple[int, list[str]]:
    """The status, and lines for the operator."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    checking = _checks.submit(_check, app)
    try:
        notes = [*checking.result(ANSWER_SECONDS), problem(app.extensions["settings"])]
    except NoAnswer:
        checking.cancel()
        return 503, ["database: no answer in time"]
    except readiness.NotReadyError as error:
        return 503, [str(error)]
    return 200, ["ok", *filter(None, notes), time_zones.version_line()]


def _check(app: Flask) -> list[str]:
    """Runs in its own thread, so that /readyz responds in time even if the network hangs."""
    with app.app_context():
        return readiness.check(app.extensions["settings"].database_url)


def _text(body: str, status: int) -> Response:
    return Response(f"{body}\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})


TIMEOUT_SECONDS = 0.5


def problem(settings: Settings) -> str | None:
    """What is wrong with the queue server, as a message for operators; None if nothing is."""
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
    """Log a warning if the queue server does not respond; the web process starts anyway."""
    if found := problem(app.extensions["settings"]):
        log.warning(found)
