"""Logs: one JSON object per line on standard error. E-mail addresses and URLs of pages never appear in clear text.

A URL can contain a manage link or a reset token, so a request is logged with the template of its route.
"""

import io
import json
import logging
import re
import secrets
import select
import sys
import threading
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor, WrappedLogger

from webapp.core.config import Settings

EMAIL = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;:=]+\.[^\s@<>\"'(),;:=]+")
QUIET_LOGGERS = {
    "werkzeug": logging.ERROR,  # its lines contain URLs, like those of the next logger
    "flask_wtf.csrf": logging.WARNING,
    "alembic.runtime.plugins": logging.WARNING,  # seven lines before the output of each command
}

LOST = "log lines dropped"
PATIENCE_MS = 50  # how long to wait for a full pipe

log = structlog.get_logger("openslot")


def init_app(app: Flask, settings: Settings) -> None:
    configure(settings.log_level)
    app.before_request(_begin)
    app.after_request(_report)


def configure(level: str) -> None:
    """For every process, including the worker. `level`: debug, info, warning or error."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[*_processors(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_names: _standard_error,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.INFO), handlers=[_library_handler()], force=True)
    for name, least in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(least)


def _processors() -> list[Processor]:
    """Processors that add fields to every line and hide addresses in it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_addresses,
    ]


def _library_handler() -> logging.Handler:
    """Writes the log records of libraries in the same format."""
    handler = _Records()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_processors()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    return handler


class _StandardError:
    """Writes whole lines to the current standard error.

    With a full disk, a closed file or a pipe that nobody reads, the line is lost and nothing else: the caller gets no
    error and does not wait. Lost lines are counted, and their number is written before the next line.
    """

    def __init__(self) -> None:
        self._lost = 0
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        with self._lock:
            try:
                if self._lost:
                    self._put("\n" + json.dumps({"event": LOST, "level": "warning", "count": self._lost}))
                    self._lost = 0
                self._put(line)
            except (OSError, ValueError, AttributeError):  # ValueError: closed; AttributeError: no standard error
                self._lost += 1

    debug = info = warning = error = critical = write

    def _put(self, line: str) -> None:
        """Bypasses the buffer, which would keep data that it could not write and count it as written. Writes in parts
        that are atomic for a pipe with any room."""
        buffer = sys.stderr.buffer
        raw = getattr(buffer, "raw", buffer)
        rest = f"{line}\n".encode(errors="backslashreplace")
        while rest:
            self._require_room(raw)
            rest = rest[raw.write(rest[: select.PIPE_BUF]) or 0 :]

    def _require_room(self, raw: Any) -> None:
        """Raises BlockingIOError. Waits briefly for a slow reader, but only once until the reader has caught up."""
        try:
            number = raw.fileno()
        except io.UnsupportedOperation:  # in memory, which always has room
            return
        ready = select.poll()
        ready.register(number, select.POLLOUT)
        if not ready.poll(0 if self._lost else PATIENCE_MS):
            raise BlockingIOError


class _Records(logging.Handler):
    """Log records of libraries, written in the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        _standard_error.write(self.format(record))


_standard_error = _StandardError()


def hide_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """E-mail addresses become `***`, in tracebacks and database errors too."""
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = EMAIL.sub("***", value)
    return event


def request_id() -> str:
    """The id that an error page shows and that every log line of this request contains."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    id_: str = g.request_id
    return id_


def _begin() -> None:
    g.started_at = time.perf_counter()


def _report(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    fields: dict[str, Any] = {"request_id": g.request_id, "method": request.method, "status": response.status_code}
    if (started_at := g.get("started_at")) is not None:
        fields["ms"] = round((time.perf_counter() - started_at) * 1000, 1)
    log.info("request", route=request.url_rule.rule if request.url_rule else None, **fields)
    return response
