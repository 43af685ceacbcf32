"""The WSGI environment of a request."""

import io
import sys
from wsgiref.types import WSGIEnvironment

from granian.rsgi import Scope

# The application reads no variables of the process here, unlike a CGI program.
SAME_FOR_ALL: WSGIEnvironment = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
WITHOUT_PREFIX = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}


def environ_of(scope: Scope) -> WSGIEnvironment:
    """Everything but the body."""
    server, _, port = scope.server.rpartition(":")
    environ = SAME_FOR_ALL | {
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "wsgi.url_scheme": scope.scheme,
    }
    _add_headers(environ, scope)
    return environ


def set_body(environ: WSGIEnvironment, body: bytes, length: int) -> None:
    """`length`: of the body as it was sent, which may be more than was read."""
    environ["wsgi.input"] = io.BytesIO(body)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) or length:
        environ["CONTENT_LENGTH"] = str(length)


def _add_headers(environ: WSGIEnvironment, scope: Scope) -> None:
    """Leaves out names with underscores, which WSGI could not tell from those with hyphens: `X_Forwarded_For` would
    count as what the proxy says."""
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        key = WITHOUT_PREFIX.get(key, key)
        if key not in environ:
            environ[key] = value
        elif key not in WITHOUT_PREFIX.values():
            environ[key] += (";" if key == "HTTP_COOKIE" else ",") + value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
