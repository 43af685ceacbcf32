"""Flask-Security on our tables: it proves who somebody is; what it changes is committed by `db.transaction()`."""

from typing import Any

from flask import Flask
from flask_security import SQLAlchemyUserDatastore

from webapp.config import Settings
from webapp.db import session, transaction
from webapp.extensions import csrf, db, security
from webapp.models import Host, Role
from webapp.services.accounts import HOST, add_host


class Hosts(SQLAlchemyUserDatastore):
    """Hosts are Flask-Security's users."""

    def commit(self) -> None:
        """Flask-Security calls this after a view that changed something; the change is in the session already."""
        with transaction():
            pass

    def create_user(self, **columns: Any) -> Host:
        return add_host(session(), columns, roles=(HOST,), confirmed=False)


hosts = Hosts(db, Host, Role)


def init_app(app: Flask, settings: Settings) -> None:
    csrf.init_app(app)
