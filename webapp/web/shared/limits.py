"""Rate limits of forms that book or send a mail: per client address, and per e-mail address that a mail goes to.

Every attempt counts, whether or not there is anybody with the address, so that the answer does not reveal it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from limits import parse

from webapp.core.extensions import signer
from webapp.core.rate_limits import LimitReached, address, attempt, attempt_booking
from webapp.domain.actor import visitor_actor
from webapp.services.accounts.accounts import account_id
from webapp.services.accounts.events import AccountEvent, note_event
from webapp.services.shared.validation import known_address
from webapp.web.shared.guards import View

MAILS_PER_RECIPIENT = parse("5 per hour")
MAILS_PER_ADDRESS = parse("30 per hour")


def limited_mail(kind: str) -> Callable[[View], View]:
    """For forms that send a mail of this kind to whatever address is typed. Kinds are counted apart."""
    return lambda view: _before_post(view, lambda: _attempt_mail(kind))


def limited_booking(view: View) -> View:
    return _before_post(view, attempt_booking)


def counted_as(email: str) -> str:
    """The key for an address, however it is typed: its account, or the address as it would be looked up. Hidden, since
    keys are seen by whoever runs the queue server."""
    if host_id := account_id(email):
        return f"host-{host_id}"
    return signer.tag("limit", known_address(email).lower().encode(errors="replace")).hex()


def _attempt_mail(kind: str) -> None:
    typed = request.form.get("email", "")
    try:
        attempt(MAILS_PER_ADDRESS, f"{kind}-address", address())
        if typed:
            attempt(MAILS_PER_RECIPIENT, f"{kind}-recipient", counted_as(typed))
    except LimitReached as limit:
        if limit.is_first:
            actor = visitor_actor(request.remote_addr)
            note_event(AccountEvent.MAIL_LIMITED, host_id=None, actor=actor, kind=kind)
        raise


def _before_post(view: View, count: Callable[[], object]) -> View:
    @wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            count()
        return view(*args, **kwargs)

    return limited
