"""Rendered pages that many people look at, cached; `webapp.core.memo` explains why they are never out of date."""

from collections.abc import Callable, Hashable
from typing import Any

from flask import Response, current_app, make_response, request

from webapp.core.memo import Memo
from webapp.web.shared import htmx
from webapp.web.shared.htmx import render_page_or_block
from webapp.web.shared.security import NONCE_TO_COME, csp_nonce, nonce_to_come

# A page takes up to 40 kB. A process that shows more calendars than this renders some of them again.
_BODIES: Memo[bytes] = Memo(entries=64)


def cached_page_or_fragment(
    key: Hashable, template: str, block: str, values: Callable[[], tuple[dict[str, Any], bool]]
) -> Response:
    """As `page_or_fragment`. `key` holds everything that the body depends on, except for the nonce of its scripts. The
    body is not cached when `key` is None, or when `values` returns False beside the values: then it depends on more."""
    is_fragment = htmx.wants_fragment()
    key = None if key is None or (_may_have_messages() and not is_fragment) else (key, template, is_fragment)
    body = None if key is None else _BODIES.get(key)
    if body is None:
        body, is_covered = _body(template, block, values)
        if is_covered and key is not None:
            _BODIES.keep(key, body)
    if not is_fragment:
        body = body.replace(NONCE_TO_COME, csp_nonce().encode())
    return htmx.vary(make_response(body))


def forget_pages() -> None:
    """When a template was changed, which no key says."""
    _BODIES.clear()


def _body(template: str, block: str, values: Callable[[], tuple[dict[str, Any], bool]]) -> tuple[bytes, bool]:
    page_values, is_covered = values()
    with nonce_to_come():
        return render_page_or_block(template, block, page_values).encode(), is_covered


def _may_have_messages() -> bool:
    """A session may hold flashed messages, which a page shows once."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies
