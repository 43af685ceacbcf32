"""Rules for new passwords, asking for one, and what else ends when one is chosen: other sessions always, and whatever
the host ticks, in case somebody else had it."""

import uuid
from typing import Any

from flask import Flask, flash, render_template, request
from flask import session as cookie
from flask_babel import gettext
from flask_security import password_changed, password_reset
from flask_security.password_util import PasswordUtil

from webapp.core.db import session
from webapp.core.extensions import site
from webapp.domain.actor import host_actor, visitor_actor
from webapp.identity import LOGIN
from webapp.services.accounts.accounts import ask_reset as ask_for_reset
from webapp.services.accounts.events import AccountEvent, write_event
from webapp.services.accounts.passwords import LONGEST, SHORTEST, Weakness, weakness_of
from webapp.services.accounts.sessions import end_others
from webapp.services.accounts.tokens import revoke_all_tokens
from webapp.services.ical.feeds import revoke_all_feeds
from webapp.services.webhooks.endpoints import renew_all_secrets
from webapp.web.accounts.forms import ForgotPasswordForm

REVOCATIONS = {
    "revoke_tokens": revoke_all_tokens,
    "revoke_feeds": revoke_all_feeds,
    "renew_secrets": renew_all_secrets,
}


def init_app(app: Flask) -> None:
    password_changed.connect(_after_change, app)
    password_reset.connect(_after_reset, app)


class PasswordRules(PasswordUtil):
    def normalize(self, password: str) -> str:
        """Never longer than needed to be refused: some characters become eighteen, and hashing has a limit."""
        return super().normalize(password)[: LONGEST + 1]

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[Any] | None, str]:  # noqa: ARG002, FBT001
        """`about`: `user`, or the email, name and slug of an account to be made."""
        normalised, user = self.normalize(password), about.get("user")
        own = [getattr(user, name) if user else about.get(name, "") for name in ("email", "name", "slug")]
        weakness = weakness_of(normalised, [*own, *_names_of_the_instance()])
        return [_words_for(weakness)] if weakness else None, normalised


def _names_of_the_instance() -> tuple[str, ...]:
    return "openslot", site.sender_name, f"@{site.domain}"


def _words_for(weakness: Weakness) -> str:
    if weakness is Weakness.LENGTH:
        return gettext("Use %(shortest)s to %(longest)s characters.", shortest=SHORTEST, longest=LONGEST)
    if weakness is Weakness.COMMON:
        return gettext("This password is too common. Choose another one.")
    return gettext("Use no part of your name, your addresses or the name of this site.")


def ask_reset() -> Any:
    """The answer is the same whether or not there is an account."""
    form = ForgotPasswordForm()
    if form.validate_on_submit():
        email = form.email.data
        ask_for_reset(email, actor=visitor_actor(request.remote_addr))
        flash(
            gettext("If there is an account for %(email)s, a mail with a link is on its way to it.", email=email),
            "info",
        )
    return render_template("security/forgot_password.html", form=form), 422 if form.errors else 200


def _after_change(_app: Flask, user: Any, **_more: Any) -> None:
    _revoke(user, AccountEvent.PASSWORD_CHANGED, kept=uuid.UUID(cookie[LOGIN]))


def _after_reset(_app: Flask, user: Any, **_more: Any) -> None:
    _revoke(user, AccountEvent.RESET_DONE, kept=None)


def _revoke(user: Any, event: AccountEvent, *, kept: uuid.UUID | None) -> None:
    """In the transaction of the new password, which Flask-Security commits at the end of the request."""
    actor = host_actor(user.id, request.remote_addr)
    write_event(session(), event, host_id=user.id, actor=actor)
    end_others(session(), host_id=user.id, kept=kept, actor=actor)
    for field, revoke in REVOCATIONS.items():
        if field in request.form:
            revoke(session(), host_id=user.id, actor=actor)
