"""Logs: one JSON object a line on standard error. Addresses of people and of pages never appear in clear.

A URL can carry a manage link or a reset token, so a request is named by its route's template.
"""

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

from webapp.config import Settings

EMAIL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.[^\s@<>\"'(),;:=]+")
QUIET_LOGGERS = {
    "werkzeug": logging.ERROR,  # its lines show URLs, and so do those of the next
    "flask_wtf.csrf": logging.WARNING,
    "alembic.runtime.plugins": logging.WARNING,  # seven lines before the answer of each command
}

log = structlog.get_logger("openslot")


def init_app(app: Flask, settings: Settings) -> None:
    configure(settings.log_level)
    app.before_request(_begin)
    app.after_request(_report)


def configure(level: str) -> None:
    """For every process, the worker too. `level`: debug, info, warning or error."""
    number = getattr(logging, level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_addresses,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_names: _StandardError(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=max(number, logging.INFO), handlers=[handler], force=True)
    for name, least in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(least)


class _StandardError:
    """Writes whole lines, to what standard error is at that moment."""

    def write(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = write


def hide_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """E-mail addresses become `***`, in tracebacks and database errors too."""
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = EMAIL.sub("***", value)
    return event


def request_id() -> str:
    """The id that an error page shows and every line of this request carries."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    known: str = g.request_id
    return known


def _begin() -> None:
    g.started_at = time.perf_counter()


def _report(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    fields: dict[str, Any] = {"request_id": g.request_id, "method": request.method, "status": response.status_code}
    if (started_at := g.get("started_at")) is not None:
        fields["ms"] = round((time.perf_counter() - started_at) * 1000, 1)
    log.info("request", route=request.url_rule.rule if request.url_rule else None, **fields)
    return response
