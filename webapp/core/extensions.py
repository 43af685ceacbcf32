"""Unbound extension instances; `init_app` binds them."""

from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from webapp.core import postgres, rate_limits
from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.local_mail_domains import LocalMailDomains
from webapp.core.outgoing_ranges import OutgoingRanges
from webapp.core.postgres import Circuit
from webapp.core.signing import Signer
from webapp.core.site import Site
from webapp.models import Base

POOL_TIMEOUT_SECONDS = 2.5  # a request that waited longer for a connection is answered 503

# The models stand on their own declarative base; the extension needs to know their tables only.
db = SQLAlchemy(metadata=Base.metadata)
babel = Babel()
csrf = CSRFProtect()
signer = Signer()
site = Site()
outgoing_ranges = OutgoingRanges()
local_mail_domains = LocalMailDomains()


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    signer.init_app(app)
    site.init_app(settings)
    outgoing_ranges.init_app(settings)
    local_mail_domains.init_app(settings)
    rate_limits.init_app(app, settings)


def init_migrations(app: Flask) -> None:
    """For commands and tests; a web process has no use for the 8 MB that Alembic takes."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(PROJECT_DIR / "migrations"))


def _engine_options(settings: Settings) -> dict[str, Any]:
    return {
        "creator": Circuit(lambda: postgres.connect(settings.database_url)).connect,
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "pool_use_lifo": True,
        "hide_parameters": True,  # errors are logged; what people typed is not
    }
