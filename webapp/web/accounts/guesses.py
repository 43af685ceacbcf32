"""How often a password can be guessed: at an account, however its address is written and from whatever browser, and
from one client address. Only wrong passwords count. A browser known to the account is counted apart.

An attempt is counted before the password is checked and given back if it was right, so that guesses sent at once are
all counted.
"""

from functools import wraps
from typing import Any

from flask import g, request
from limits import RateLimitItem, parse

from webapp.core.extensions import signer
from webapp.core.rate_limits import LimitReached, address, attempt, give_back
from webapp.domain.actor import visitor_actor
from webapp.services.accounts.accounts import account_id
from webapp.services.accounts.events import AccountEvent, note_event
from webapp.web.accounts import known_browsers
from webapp.web.shared.guards import View, current_account
from webapp.web.shared.limits import counted_as

PER_ACCOUNT = parse("15 per 15 minutes")
PER_ADDRESS = parse("100 per 15 minutes")
Key = tuple[RateLimitItem, str, str]


def limited_guesses(view: View) -> View:
    """For a view whose form asks for the password of an account, that of `email` or of whoever is logged in. The form
    reports a wrong one with `note_wrong_password`."""

    @wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        host_id = _host_id()
        keys = _keys(host_id)
        _count(keys, host_id)
        try:
            return view(*args, **kwargs)
        finally:
            _settle(keys, host_id)

    return limited


def note_wrong_password() -> None:
    g.is_wrong_password = True


def _host_id() -> int | None:
    account = current_account()
    return account.id if account else account_id(request.form.get("email", ""))


def _keys(host_id: int | None) -> list[Key]:
    mark = known_browsers.mark_of(host_id) if host_id else None
    if mark:
        return [(PER_ACCOUNT, "login-browser", signer.tag("limit", mark.encode()).hex())]
    account = f"host-{host_id}" if host_id else counted_as(request.form.get("email", ""))
    return [(PER_ADDRESS, "login-address", address()), (PER_ACCOUNT, "login-account", account)]


def _count(keys: list[Key], host_id: int | None) -> None:
    try:
        for item, *key in keys:
            attempt(item, *key)
    except LimitReached as limit:
        if limit.is_first:
            note_event(AccountEvent.LOGIN_LIMITED, host_id=host_id, actor=visitor_actor(request.remote_addr))
        raise


def _settle(keys: list[Key], host_id: int | None) -> None:
    """Keep the count and write the event, or give the attempt back."""
    if g.pop("is_wrong_password", False):
        event = AccountEvent.CHECK_FAILED if current_account() else AccountEvent.LOGIN_FAILED
        note_event(event, host_id=host_id, actor=visitor_actor(request.remote_addr))
        return
    for item, *key in keys:
        give_back(item, *key)
