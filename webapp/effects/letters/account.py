"""Mails about an account: confirm the address, reset the password, password changed, webhook switched off.

They contain no name: whoever registered may have typed somebody else's address. Tokens are made here, when the mail is
written: none is stored in the outbox, and a late mail carries a fresh one.
"""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_timedelta
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.core.extensions import site
from webapp.domain.bookings import EventKind
from webapp.domain.text import flattened
from webapp.effects.letters.letter import Action, Letter, address
from webapp.models import Host, WebhookEndpoint
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.words.formats import english_of


def account_letter(session: Session, kind: EventKind, host_id: int) -> Letter | None:
    """None when there is nothing to say any more: the account is closed or the address confirmed already."""
    host = session.get(Host, host_id)
    if host is None or not host.active or (kind is EventKind.ACCOUNT_CONFIRM and host.confirmed_at):
        return None
    with force_locale(str(english_of(host.locale))):
        return _WRITERS[kind](host)


def _confirm(host: Host) -> Letter:
    return Letter(
        to=address(host.email),
        subject=_("Confirm your address"),
        heading=_("Confirm your address"),
        paragraphs=(_("Your account is nearly ready. Confirm that this address is yours, and guests can book you."),),
        actions=(Action(_("Confirm the address"), _confirm_url(host)),),
        closing=(_("If you have not made an account, you need do nothing."),),
    )


def _exists(host: Host) -> Letter:
    return Letter(
        to=address(host.email),
        subject=_("You have an account already"),
        heading=_("You have an account already"),
        paragraphs=(_("Somebody tried to make an account with this address. There is one: log in with it."),),
        actions=(Action(_("Log in"), site.url(current_app.config["SECURITY_LOGIN_URL"])),),
        closing=(_("If it was not you, you need do nothing: your account is as it was."),),
    )


def _reset(host: Host) -> Letter:
    return Letter(
        to=address(host.email),
        subject=_("Reset your password"),
        heading=_("Reset your password"),
        paragraphs=(_("Somebody asked for a new password for your account."),),
        actions=(Action(_("Choose a new password"), _reset_url(host)),),
        closing=(_link_life(host), _("If it was not you, you need do nothing: your password stays as it is.")),
    )


def _password_changed(host: Host) -> Letter:
    return Letter(
        to=address(host.email),
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        paragraphs=(
            _("The password of your account was changed, and all other devices were logged out."),
            _("If it was not you, reset it now."),
        ),
        actions=(Action(_("Reset the password"), site.url(current_app.config["SECURITY_RESET_URL"])),),
    )


def _link_life(host: Host) -> str:
    within = current_app.config["SECURITY_RESET_PASSWORD_WITHIN"]
    period = format_timedelta(within, threshold=2, locale=english_of(host.locale))
    return str(_("The link works once, for %(period)s.", period=period))


def _confirm_url(host: Host) -> str:
    return site.url(f"{current_app.config['SECURITY_CONFIRM_URL']}/{_token(generate_confirmation_token, host)}")


def _reset_url(host: Host) -> str:
    return site.url(f"{current_app.config['SECURITY_RESET_URL']}/{_token(generate_reset_password_token, host)}")


def _token(generate: Callable[..., Any], host: Host) -> str:
    return str(generate(host))


_WRITERS = {
    EventKind.ACCOUNT_CONFIRM: _confirm,
    EventKind.ACCOUNT_EXISTS: _exists,
    EventKind.ACCOUNT_RESET: _reset,
    EventKind.ACCOUNT_PASSWORD_CHANGED: _password_changed,
}


def webhook_letter(session: Session, delivery: ClaimedDelivery) -> Letter | None:
    """None when there is nothing to say any more: it was deleted or switched on again, or the account is closed."""
    host = session.get(Host, delivery.host_id)
    public_id = uuid.UUID(delivery.data["webhook"])
    mine = WebhookEndpoint.host_id == delivery.host_id, WebhookEndpoint.public_id == public_id
    webhook = session.scalars(select(WebhookEndpoint).where(*mine)).first()
    if host is None or not host.active or webhook is None or webhook.disabled_at is None:
        return None
    with force_locale(str(english_of(host.locale))):
        return _letter(host.email, webhook, is_gone=bool(delivery.data.get("is_gone")))


def _letter(email: str, webhook: WebhookEndpoint, *, is_gone: bool) -> Letter:
    why = (
        _("It answered that it wants no more messages (410).")
        if is_gone
        else _("For a day, no message has arrived there. Messages that were still waiting are not sent any more.")
    )
    # Without path and query, which may hold a secret of the receiver; the description tells which one it is.
    rows = [(_("Address"), urlsplit(webhook.url).netloc)]
    if webhook.description:
        rows.append((_("Description"), flattened(webhook.description)))
    return Letter(
        to=address(email),
        subject=_("A webhook was switched off"),
        heading=_("A webhook was switched off"),
        paragraphs=(why, _("Your bookings and mails are not affected.")),
        rows=tuple(rows),
        actions=(Action(_("Look at your webhooks"), site.url("/settings/webhooks")),),
        closing=(_("When the address works again, switch the webhook on."),),
    )
