"""Rate limits of forms: per client address, and per account where a password or a mail is involved.

Every attempt counts, whether or not the account exists, so that the answer reveals nothing about accounts.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from limits import parse

from webapp.core.extensions import signer
from webapp.core.rate_limits import address, attempt, attempt_booking
from webapp.services.shared.validation import known_address

View = Callable[..., Any]

LOGINS_PER_ACCOUNT = parse("15 per 15 minutes")
LOGINS_PER_ADDRESS = parse("100 per 15 minutes")
MAILS_PER_ACCOUNT = parse("5 per hour")
MAILS_PER_ADDRESS = parse("30 per hour")


def limited_login(view: View) -> View:
    return _before_post(view, lambda: _account_and_address("login", LOGINS_PER_ACCOUNT, LOGINS_PER_ADDRESS))


def limited_mail(view: View) -> View:
    """For forms that send a mail to whatever address is typed."""
    return _before_post(view, lambda: _account_and_address("mail", MAILS_PER_ACCOUNT, MAILS_PER_ADDRESS))


def limited_booking(view: View) -> View:
    return _before_post(view, attempt_booking)


def _account_and_address(scope: str, per_account: Any, per_address: Any) -> None:
    attempt(per_address, f"{scope}-address", address())
    # As the account is looked up, however it is typed. Hidden: keys are seen by whoever runs the queue server.
    typed = known_address(request.form.get("email", "")).lower().encode(errors="replace")
    if typed:
        attempt(per_account, f"{scope}-account", signer.tag("limit", typed).hex())


def _before_post(view: View, count: Callable[[], object]) -> View:
    @wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            count()
        return view(*args, **kwargs)

    return limited
