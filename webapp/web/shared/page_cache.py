"""Pages that many people look at, cached as they were rendered; `webapp.core.memo` says why they are never old."""

from collections.abc import Callable, Hashable
from typing import Any

from flask import Response, current_app, make_response, request

from webapp.core.memo import Memo
from webapp.web.shared import htmx
from webapp.web.shared.htmx import rendered
from webapp.web.shared.security import NONCE_TO_COME, csp_nonce, nonce_to_come

# A page takes up to 40 kB. A process that shows more calendars than these renders some of them again.
_BODIES: Memo[bytes] = Memo(entries=64)


def kept_page_or_fragment(
    key: Hashable, template: str, block: str, values: Callable[[], tuple[dict[str, Any], bool]]
) -> Response:
    """As `page_or_fragment`. `key` says all that decides about the body; None, or False beside the values: it must
    not be remembered. Only the nonce of its scripts is an answer's own."""
    is_fragment = htmx.wants_fragment()
    key = None if key is None or (_may_have_messages() and not is_fragment) else (key, template, is_fragment)
    body = None if key is None else _BODIES.get(key)
    if body is None:
        body, is_all = _body(template, block, values)
        if is_all and key is not None:
            _BODIES.keep(key, body)
    if not is_fragment:
        body = body.replace(NONCE_TO_COME, csp_nonce().encode())
    return htmx.vary(make_response(body))


def _body(template: str, block: str, values: Callable[[], tuple[dict[str, Any], bool]]) -> tuple[bytes, bool]:
    shown, is_all = values()
    with nonce_to_come():
        return rendered(template, block, shown).encode(), is_all


def _may_have_messages() -> bool:
    """A session may hold messages that the page shows once."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies
