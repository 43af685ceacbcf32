"""Mails about an account: confirm the address, reset the password, password changed, webhook switched off.

They contain no name: the person who registered may have typed somebody else's address. Tokens are created when the mail
is written, so that none is stored in the outbox, and a delayed mail has a fresh one.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
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
from webapp.domain.bookings import Audience, EventKind
from webapp.domain.text import flattened
from webapp.effects.letters.letter import NOTHING_TO_SAY, Action, Letter, Writer, Writers, address
from webapp.models import Host, WebhookEndpoint
from webapp.services.mail.deliveries import ClaimedDelivery
from webapp.words.formats import english_of


@dataclass(frozen=True, slots=True)
class AccountContext:
    """The input for a letter about an account. `data`: the facts of the event."""

    session: Session
    host: Host
    data: Mapping[str, Any]


def about_account(write: Callable[[AccountContext], Letter | str]) -> Writer:
    """Decorator for a function that writes a letter about an account: passes it the context, in the host's language."""

    @wraps(write)
    def writer(session: Session, delivery: ClaimedDelivery) -> Letter | str:
        host = session.get(Host, delivery.host_id)
        if host is None or not host.active:
            return NOTHING_TO_SAY
        with force_locale(str(english_of(host.locale))):
            return write(AccountContext(session, host, delivery.data))

    return writer


@about_account
def confirm_address(context: AccountContext) -> Letter | str:
    host = context.host
    if host.confirmed_at:
        return NOTHING_TO_SAY
    return Letter(
        to=address(host.email),
        subject=_("Confirm your address"),
        heading=_("Confirm your address"),
        paragraphs=(_("Somebody asked for an account with this address. Choose your name and password here."),),
        actions=(Action(_("Create account"), _confirm_url(host)),),
        closing=(_("The link works for two days."), _("If it was not you, you need do nothing: no account is made.")),
    )


@about_account
def account_exists(context: AccountContext) -> Letter:
    return Letter(
        to=address(context.host.email),
        subject=_("You have an account already"),
        heading=_("You have an account already"),
        paragraphs=(_("Somebody tried to make an account with this address. There is one: log in with it."),),
        actions=(Action(_("Log in"), site.url(current_app.config["SECURITY_LOGIN_URL"])),),
        closing=(_("If it was not you, you need do nothing: your account is as it was."),),
    )


@about_account
def reset_password(context: AccountContext) -> Letter:
    host = context.host
    return Letter(
        to=address(host.email),
        subject=_("Reset your password"),
        heading=_("Reset your password"),
        paragraphs=(_("Somebody asked for a new password for your account."),),
        actions=(Action(_("Choose a new password"), _reset_url(host)),),
        closing=(_link_life(host), _("If it was not you, you need do nothing: your password stays as it is.")),
    )


@about_account
def password_changed(context: AccountContext) -> Letter:
    return Letter(
        to=address(context.host.email),
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        paragraphs=(
            _("The password of your account was changed, and all other devices were logged out."),
            _("If it was not you, reset it now."),
        ),
        actions=(Action(_("Reset the password"), site.url(current_app.config["SECURITY_RESET_URL"])),),
    )


@about_account
def webhook_disabled(context: AccountContext) -> Letter | str:
    webhook = _webhook(context)
    if webhook is None or webhook.disabled_at is None:
        return NOTHING_TO_SAY  # deleted or switched on again
    why = (
        _("It answered that it wants no more messages (410).")
        if context.data.get("is_gone")
        else _("For a day, no message has arrived there. Messages that were still waiting are not sent any more.")
    )
    return Letter(
        to=address(context.host.email),
        subject=_("A webhook was switched off"),
        heading=_("A webhook was switched off"),
        paragraphs=(why, _("Your bookings and mails are not affected.")),
        rows=_which(webhook),
        actions=(Action(_("Look at your webhooks"), site.url("/settings/webhooks")),),
        closing=(_("When the address works again, switch the webhook on."),),
    )


LETTERS: Writers = {
    (EventKind.ACCOUNT_CONFIRM, Audience.HOST): confirm_address,
    (EventKind.ACCOUNT_EXISTS, Audience.HOST): account_exists,
    (EventKind.ACCOUNT_RESET, Audience.HOST): reset_password,
    (EventKind.ACCOUNT_PASSWORD_CHANGED, Audience.HOST): password_changed,
    (EventKind.ACCOUNT_WEBHOOK_DISABLED, Audience.HOST): webhook_disabled,
}


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


def _webhook(context: AccountContext) -> WebhookEndpoint | None:
    public_id = uuid.UUID(context.data["webhook"])
    mine = WebhookEndpoint.host_id == context.host.id, WebhookEndpoint.public_id == public_id
    return context.session.scalars(select(WebhookEndpoint).where(*mine)).first()


def _which(webhook: WebhookEndpoint) -> tuple[tuple[str, str], ...]:
    """The URL without path and query, which may contain a secret of the receiver, and the description to identify
    it."""
    where = (_("Address"), urlsplit(webhook.url).netloc)
    return (where, (_("Description"), flattened(webhook.description))) if webhook.description else (where,)
