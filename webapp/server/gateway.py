"""What granian calls for each request (RSGI). Runs on the event loop, until a thread answers.

https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import asyncio
import time
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Flask
from granian.rsgi import HTTPProtocol, Scope

from webapp.core.config.tables import WebServerSettings
from webapp.core.logs import log
from webapp.core.patience import waiting_only_if
from webapp.server.answers import answer
from webapp.server.bodies import Bodies, Refused
from webapp.server.deadlines import ANSWER_SECONDS, DEADLINE, has_time_to_wait
from webapp.server.environ import environ_of, set_body
from webapp.server.lanes import Exchange, Lane
from webapp.server.slow_readers import SlowReaders

READS = frozenset({"GET", "HEAD", "OPTIONS"})
CHECKS = ("/healthz", "/readyz")  # each has a thread of its own: the latter waits for the database
LONGEST_REFUSALS = 100  # that wait for a page of the application; the next ones get a line of text
REFUSAL_HEADERS = [
    ("content-type", "text/plain"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("connection", "close"),
]


class Gateway:
    """An RSGI application that runs a Flask application. WEB_THREADS threads read, and as many write."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings: WebServerSettings = app.extensions["settings"].web
        of_views = (getattr(view, "largest_body", None) or 0 for view in app.view_functions.values())
        self._bodies = Bodies(
            ordinary=max(app.config["MAX_CONTENT_LENGTH"], *of_views),
            large=app.extensions.get("large_bodies", {}),
            cookie=app.config["SESSION_COOKIE_NAME"],
        )

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called in each process of the server, before its first request."""
        self._loop = loop
        self._reads = Lane("read", self._settings.threads, self._answer)
        self._writes = Lane("write", self._settings.threads, self._answer)
        self._checks = {path: Lane(path, 1, self._answer) for path in CHECKS}
        self._refusals = Lane("refuse", 1, self._answer_anyhow)
        SlowReaders(self._settings.port).start()

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        environ = environ_of(scope)
        try:
            set_body(environ, *await self._bodies.read(environ, proto))
        except Refused as refusal:
            _refuse(proto, refusal.status)
            return
        environ[DEADLINE] = time.monotonic() + ANSWER_SECONDS
        exchange = Exchange(environ, proto, self._loop)
        self._lane(environ).put(exchange)
        late = self._loop.call_later(ANSWER_SECONDS, self._give_up, exchange)
        file = await exchange.finished
        late.cancel()
        if file:
            await proto.client_disconnect()
            file.close()

    def _lane(self, environ: WSGIEnvironment) -> Lane:
        usual = self._reads if environ["REQUEST_METHOD"] in READS else self._writes
        return self._checks.get(environ["PATH_INFO"], usual)

    def _give_up(self, exchange: Exchange) -> None:
        """No thread has taken it before its deadline: the application answers with its page for that."""
        if not exchange.claim():
            return
        if self._refusals.length < LONGEST_REFUSALS:
            self._refusals.put(exchange)
        else:
            _refuse(exchange.proto, HTTPStatus.SERVICE_UNAVAILABLE)
            exchange.finish()

    def _answer(self, exchange: Exchange) -> None:
        if exchange.claim():
            self._answer_anyhow(exchange)

    def _answer_anyhow(self, exchange: Exchange) -> None:
        file = None
        try:
            with waiting_only_if(lambda: has_time_to_wait(exchange.environ)):
                file = answer(self._app.wsgi_app, exchange.environ, exchange.proto)
        except Exception as error:  # noqa: BLE001  of the application outside its own handlers, or a full disk
            log.error("no answer", exc_info=error)
            exchange.proto.response_empty(HTTPStatus.INTERNAL_SERVER_ERROR, [])
        exchange.finish(file)


def _refuse(proto: HTTPProtocol, status: HTTPStatus) -> None:
    headers = [*REFUSAL_HEADERS, ("retry-after", "2")] if status == HTTPStatus.SERVICE_UNAVAILABLE else REFUSAL_HEADERS
    proto.response_str(status, headers, f"{status.phrase}\n")
