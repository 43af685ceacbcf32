"""A cookie that marks a browser in which an account has logged in or whose owner has proved the address.

Wrong passwords typed elsewhere do not count for such a browser, so nobody can lock the owner out by guessing; its own
are counted under its mark (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). The cookie logs nobody in.

A mark is base64url of the host's id (8 bytes), a random number (16) and the signature (16). The cookie holds several
marks, since people share browsers.
"""

import secrets
from typing import Any

from flask import Flask, Response, after_this_request, current_app, request
from flask_login import user_logged_in
from flask_security import password_reset

from webapp.core.extensions import TAG_BYTES, signer
from webapp.domain.urls import base64url, from_base64url

PURPOSE = "known-browser"
NAME = "known-browser"
SIGNED_BYTES = 8 + 16
MOST_MARKS = 5
LIFETIME = 400 * 86_400  # seconds; browsers cut it to that


def init_app(app: Flask) -> None:
    for signal in (user_logged_in, password_reset):
        signal.connect(_remember, app)


def mark_of(host_id: int) -> str | None:
    """The mark of this browser for an account, if it has one."""
    return next((mark for mark in _marks() if _host_id(mark) == host_id), None)


def _remember(_app: Flask, user: Any, **_more: Any) -> None:
    """Once the request has succeeded, keep the mark, or give one."""
    host_id: int = user.id
    kept = mark_of(host_id) or _new_mark(host_id)
    others = [mark for mark in _marks() if mark != kept and _host_id(mark) is not None]

    @after_this_request
    def _give(response: Response) -> Response:
        is_secure = current_app.config["SESSION_COOKIE_SECURE"]
        value = ".".join([kept, *others][:MOST_MARKS])
        options = {"max_age": LIFETIME, "secure": is_secure, "httponly": True, "samesite": "Lax"}
        response.set_cookie(_name(), value, **options)
        return response


def _marks() -> list[str]:
    return request.cookies.get(_name(), "").split(".")[:MOST_MARKS]


def _name() -> str:
    return f"__Host-{NAME}" if current_app.config["SESSION_COOKIE_SECURE"] else NAME


def _new_mark(host_id: int) -> str:
    signed = host_id.to_bytes(8) + secrets.token_bytes(16)
    return base64url(signed + signer.tag(PURPOSE, signed))


def _host_id(mark: str) -> int | None:
    raw = from_base64url(mark)
    if raw is None or len(raw) != SIGNED_BYTES + TAG_BYTES:
        return None
    signed, tag = raw[:SIGNED_BYTES], raw[SIGNED_BYTES:]
    return int.from_bytes(signed[:8]) if signer.verifies(PURPOSE, signed, tag) else None
