"""Who may call a route. Every view has exactly one of these decorators; a test fails for a view without."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.domain.actor import Actor, host_actor
from webapp.services.accounts.accounts import ADMIN, HOST, Account
from webapp.web.shared import htmx

View = Callable[..., Any]


class Guard(StrEnum):
    PUBLIC = "public"  # anybody; the answer depends on nobody
    VISITOR = "visitor"  # anybody; the answer may depend on who is logged in
    HOST = "host"
    ADMIN = "admin"
    MANAGE_LINK = "manage link"  # whoever holds the signed link; the view checks it
    FEED_LINK = "feed link"  # whatever program was given the secret address; the view checks it


def public(view: View) -> View:
    return _mark(view, Guard.PUBLIC)


def visitor(view: View) -> View:
    return _mark(view, Guard.VISITOR)


def manage_link(view: View) -> View:
    """The view must check the token in its URL. Its pages are not stored, not indexed, never sent as a referrer."""
    return _mark(view, Guard.MANAGE_LINK)


def feed_link(view: View) -> View:
    """The view must check the secret in its URL. Only the client may cache its answers, and must revalidate them; they
    are not indexed, and sent to nobody as referrer."""
    return _mark(view, Guard.FEED_LINK)


def host_required(view: View) -> View:
    return _require(view, Guard.HOST, HOST)


def admin_required(view: View) -> View:
    return _require(view, Guard.ADMIN, ADMIN)


def guard_of(view: View | None) -> Guard | None:
    return getattr(view, "guard", None)


def current_account() -> Account | None:
    """The account that is logged in. This costs a query, so public pages do not use it."""
    if "account" not in g:
        g.account = Account.of(current_user) if current_user.is_authenticated else None
    account: Account | None = g.account
    return account


def current_host() -> Account:
    """The account that is logged in, in a view that requires one."""
    account = current_account()
    if account is None:
        raise LookupError("nobody is logged in")
    return account


def current_actor() -> Actor:
    return host_actor(current_host().id, request.remote_addr)


def to_login() -> Response:
    """Log in, then come back. After a POST: to the page that it came from."""
    if htmx.wants_fragment():
        return htmx.load_page(url_for("security.login", next=htmx.current_path()), 401)
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("security.login", next=back), 303)


def _require(view: View, guard: Guard, role: str) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        account = current_account()
        if account is None:
            return to_login()
        if role not in account.roles:
            abort(403)
        return view(*args, **kwargs)

    return _mark(guarded, guard)


def _mark(view: View, guard: Guard) -> View:
    view.guard = guard  # type: ignore[attr-defined]
    return view
