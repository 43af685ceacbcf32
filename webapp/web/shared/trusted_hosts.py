"""Requests are answered under names of ours only, whatever their spelling.

Flask's own TRUSTED_HOSTS compares letter by letter and reads no IPv6 address: `Localhost`, `book.example.org.` and
`[::1]` would be nobody's.
"""

from flask import Flask, current_app, request
from werkzeug.exceptions import SecurityError

from webapp.core.config import Settings
from webapp.core.host_names import is_among


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["trusted_hosts"] = settings.trusted_hosts
    app.before_request(_refuse_other_hosts)


def _refuse_other_hosts() -> None:
    if not is_among(current_app.extensions["trusted_hosts"], request.host):
        raise SecurityError("the host is not one of ours")
