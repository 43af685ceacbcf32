"""Headers of every answer and checks of every request, independent of the view.

Requests are answered under the instance's own names only. Flask's TRUSTED_HOSTS compares letter by letter and reads no
IPv6 address: it would refuse `Localhost`, `book.example.org.` and `[::1]`.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Request, Response, abort, current_app, g, request
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import BadRequest, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from webapp.core.config import Settings
from webapp.core.extensions import csrf
from webapp.core.host_names import is_among
from webapp.domain.text import LARGEST
from webapp.web.shared import form_tokens
from webapp.web.shared.form_tokens import require_form_token
from webapp.web.shared.guards import Guard, View, guard_of

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CONTENT_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000")
NONCE_TO_COME = secrets.token_urlsafe(16).encode()  # no page ever shows it
# A view that takes more says so in its attribute `largest_body`; restoring a file sets its own.
LARGEST_BODY, LARGEST_FORM = 64 * 1024, 256 * 1024  # bytes
LIMITS = {"MAX_CONTENT_LENGTH": LARGEST_BODY, "MAX_FORM_MEMORY_SIZE": LARGEST_BODY, "MAX_FORM_PARTS": 1000}


def init_app(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(LIMITS)
    app.url_map.converters["int"] = _RowId
    # The token lives as long as the session: a page that was open over lunch can still be sent. The referrer is not
    # asked for, since our pages send none or little: the Origin and Sec-Fetch-Site headers say the same.
    app.config.from_mapping(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False)
    # Texts of forms are ours; WTForms would read its own from disk for each request.
    app.config["WTF_I18N_ENABLED"] = False
    app.extensions["secure_headers"] = (*HEADERS, HSTS) if settings.is_secure else HEADERS
    app.extensions["public_origin"] = settings.public_url
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.session_interface = _Sessions()
    form_tokens.init_app(app)
    app.extensions["trusted_hosts"] = settings.trusted_hosts
    app.before_request(_refuse_other_hosts)
    app.before_request(_allow_large_body)
    app.before_request(_refuse_forgery)
    app.before_request(_refuse_nul)
    app.after_request(_protect)


class _RowId(IntegerConverter):
    """A number in a URL. One that no row can have becomes one that no row has: 404, as for all that does not exist."""

    def to_python(self, value: str) -> int:
        return min(int(value[:20]), LARGEST)


class NoCookies(BadRequest):
    """The browser accepts no cookies, or has lost ours since it opened the page."""

    topic = "cookies"


class _Sessions(SecureCookieSessionInterface):
    """Flask's, without setting up the signature check when there is no cookie to read."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def _refuse_other_hosts() -> None:
    if not is_among(current_app.extensions["trusted_hosts"], request.host):
        raise SecurityError("the host is not one of ours")


def large_form(view: View) -> View:
    """For a form whose texts can be longer than LARGEST_BODY, in languages whose letters take several bytes each."""
    view.largest_body = LARGEST_FORM  # type: ignore[attr-defined]
    return view


def _allow_large_body() -> None:
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest_body", None)
    if largest:
        request.max_content_length = request.max_form_memory_size = largest


def csp_nonce() -> str:
    """The nonce for the scripts of this answer. An answer that does not call this allows no inline scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


@contextmanager
def nonce_to_come() -> Iterator[None]:
    """Pages rendered in this context contain NONCE_TO_COME instead of a nonce, so that they can be cached."""
    g.csp_nonce = NONCE_TO_COME.decode()
    try:
        yield
    finally:
        g.pop("csp_nonce")


def content_policy(**directives: str) -> None:
    """Loosen or tighten the policy of this answer: `content_policy(frame_ancestors="https://example.org")`."""
    g.content_policy = {name.replace("_", "-"): value for name, value in directives.items()}


def _refuse_forgery() -> None:
    """An unsafe request must come from one of our pages and carry its session's token, or its form's token on guests'
    pages: there cookies give no rights, since guests use links or need no rights."""
    if request.method not in UNSAFE or request.endpoint is None or csrf._is_exempt():
        return
    if not _is_from_us():
        abort(403)
    if guard_of(current_app.view_functions[request.endpoint]) in (Guard.PUBLIC, Guard.MANAGE_LINK):
        require_form_token()
    elif current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        raise NoCookies
    else:
        csrf.protect()


def _is_from_us() -> bool:
    """By the browser's headers. Without them, or with the origin `null` (no referrer), the token decides."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return True
    scheme, _, host = origin.partition("://")
    return (scheme in ("http", "https") and host == request.host) or origin == _public_origin()


def _public_origin() -> str:
    origin: str = current_app.extensions["public_origin"]
    return origin


def _refuse_nul() -> None:
    """None of our URLs contains a NUL, and Postgres cannot compare with one."""
    if "\0" in request.path or b"%00" in request.query_string:
        abort(400)


def _protect(response: Response) -> Response:
    headers = response.headers
    present = {name.lower() for name in headers.keys()}  # noqa: SIM118  asking for each takes as long as a query
    for name, value in (*current_app.extensions["secure_headers"], ("Content-Security-Policy", _policy())):
        if name.lower() not in present:
            headers.add(name, value)
    guard = guard_of(current_app.view_functions.get(request.endpoint or ""))
    if guard in (Guard.MANAGE_LINK, Guard.FEED_LINK):
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Robots-Tag"] = "noindex"
    if not (request.endpoint or "").endswith("static"):
        _limit_caching(response, guard)
    return response


def _limit_caching(response: Response, guard: Guard | None) -> None:
    if guard is None:  # another face, which knows better what may be kept
        response.headers.setdefault("Cache-Control", "no-store")
    elif guard is Guard.FEED_LINK and response.status_code < 400:
        response.headers["Cache-Control"] = "private, no-cache"
    elif guard is not Guard.PUBLIC or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request_ctx._session and request_ctx._session.accessed:  # looking by `session` would count as an access
        response.headers["Cache-Control"] = "private, no-cache"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")


def _policy() -> str:
    nonce = g.get("csp_nonce")
    scripts = f"script-src 'nonce-{nonce}'" if nonce else "script-src 'none'"
    if "content_policy" not in g:
        return f"{_USUAL_POLICY}; {scripts}"
    return _joined({"script-src": scripts.removeprefix("script-src ")} | CONTENT_POLICY | g.content_policy)


def _joined(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


_USUAL_POLICY = _joined(CONTENT_POLICY)
