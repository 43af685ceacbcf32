"""Values for the layouts beyond those of the page, looked up only if a template uses them."""

from typing import Any

from flask import Flask, current_app, g, get_flashed_messages, request, url_for
from flask.globals import request_ctx
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.local import LocalProxy

from webapp.domain.text import initials
from webapp.domain.urls import mailto
from webapp.services.accounts.accounts import Account
from webapp.web.shared.guards import current_account

NAVIGATION = (
    ("calendar.week", _l("Calendar")),
    ("bookings.index", _l("Bookings")),
    ("event_types.index", _l("Event types")),
    ("availability.hours", _l("Availability")),
)
ACCOUNT_LINKS = (
    ("settings.profile", _l("Settings")),
    ("admin.index", _l("Administration")),
)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["mailto"] = mailto
    app.jinja_env.globals.update(
        account=LocalProxy(account_menu),
        nav_items=LocalProxy(lambda: [item for item in NAVIGATION if item[0] in app.view_functions]),
        get_flashed_messages=flashed_messages,
        registration_is_open=lambda: app.extensions["settings"].registration == "open",
    )


def account_menu() -> dict[str, Any] | None:
    """The menu of the account that is logged in; None for visitors."""
    if "account_menu" not in g:
        account = current_account()
        g.account_menu = _menu(account) if account else None
    menu: dict[str, Any] | None = g.account_menu
    return menu


def _menu(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "slug": account.slug,
        "email": account.email,
        "initials": initials(account.name),
        "links": [
            (url_for("booking.host", slug=account.slug), gettext("My page")),
            *((url_for(endpoint), label) for endpoint, label in ACCOUNT_LINKS if _may_open(endpoint, account)),
        ],
        "logout_url": url_for("security.logout"),
    }


def _may_open(endpoint: str, account: Account) -> bool:
    return endpoint in current_app.view_functions and (account.is_admin or not endpoint.startswith("admin."))


def flashed_messages(**options: Any) -> list[Any]:
    """Flask's, except that no session is read or created for a visitor who has none, and so no message."""
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    if not (has_session or (request_ctx._session and request_ctx._session.accessed)):
        return []
    return list(get_flashed_messages(**options))
