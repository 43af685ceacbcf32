"""Flask-Security on the application's tables: authentication; its changes are committed by `db.transaction()`.

Also the slugs that no host can have, because they are paths of the application itself.
"""

import uuid
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security import SQLAlchemyUserDatastore
from flask_security.utils import set_request_attr
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.core import db as database
from webapp.core.extensions import csrf, db
from webapp.domain.actor import host_actor
from webapp.models import Host, LoginSession, Role
from webapp.services.accounts.sessions import begin, end, is_alive, note_use
from webapp.services.accounts.slugs import RESERVED

CSRF_TOKEN = "csrf_token"  # noqa: S105  the name of the field
LOGIN = "login"  # key in the cookie for the uid of the login session


class Hosts(SQLAlchemyUserDatastore):
    """Hosts are Flask-Security's users."""

    def commit(self) -> None:
        """Called by Flask-Security after a view with changes; they are already in the session."""
        with database.transaction():
            pass

    def find_logged_in(self, uniquifier: str, login_uid: uuid.UUID) -> Host | None:
        """The host of a login that has not ended; a change of password replaces the uniquifier. One query."""
        query = (
            select(Host, LoginSession.last_used_at)
            .options(joinedload(Host.roles))
            .join(LoginSession, LoginSession.host_id == Host.id)
            .where(Host.fs_uniquifier == uniquifier, Host.active, LoginSession.uid == login_uid, is_alive())
        )
        found = database.session().execute(query).unique().first()
        if found is None:
            return None
        note_use(login_uid, found.last_used_at)
        host: Host = found[0]
        return host


hosts = Hosts(db, Host, Role)


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    user_logged_in.connect(_begin_login, app)
    user_logged_out.connect(_end_login, app)


def load_host(uniquifier: str) -> Host | None:
    """Flask-Login's user loader: the host in the cookie, if that login is still valid."""
    login_uid = _login_uid()
    host = hosts.find_logged_in(uniquifier, login_uid) if login_uid else None
    if host is not None:
        set_request_attr("fs_authn_via", "session")
        set_request_attr("fs_paa", session.get("fs_paa", 0))
    return host


def _begin_login(_app: Flask, user: Host, **_more: Any) -> None:
    """Start a new session at each login, so that nothing known before the login is valid after it."""
    old = _login_uid()
    for name in (CSRF_TOKEN, LOGIN):
        session.pop(name, None)
    g.pop(CSRF_TOKEN, None)
    actor = host_actor(user.id, request.remote_addr)
    session[LOGIN] = str(begin(database.session(), host_id=user.id, instead_of=old, actor=actor))
    session.permanent = True


def _end_login(_app: Flask, user: Host, **_more: Any) -> None:
    if uid := _login_uid():
        end(uid, host_id=user.id, actor=host_actor(user.id, request.remote_addr))
    session.clear()


def _login_uid() -> uuid.UUID | None:
    value = session.get(LOGIN)
    return uuid.UUID(value) if value else None


def reserved_slugs() -> frozenset[str]:
    """The first path segments of all routes, and some reserved for later, for proxies, or against impersonation."""
    slugs: frozenset[str] | None = current_app.extensions.get("reserved_slugs")
    if slugs is None:
        segments = (str(rule).split("/")[1] for rule in current_app.url_map.iter_rules())
        slugs = RESERVED | {segment for segment in segments if segment and not segment.startswith("<")}
        current_app.extensions["reserved_slugs"] = slugs
    return slugs
