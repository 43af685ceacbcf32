"""Unbound extension instances, ours and those of libraries; `init_app` binds them to an application."""

import hashlib
import hmac
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from webapp.core import postgres, rate_limits
from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.host_names import host_of
from webapp.core.postgres import Circuit
from webapp.domain.outgoing import Network
from webapp.models import Base

POOL_TIMEOUT_SECONDS = 2.5  # a request that waited longer for a connection is answered 503
TAG_BYTES = 16  # of a signature: 128 bits


class Site:
    """The configured public URL; never what a request claims."""

    def __init__(self) -> None:
        self._origin = ""
        self.sender_name, self.sender_email = "", ""

    def init_app(self, settings: Settings) -> None:
        self._origin = settings.public_url
        self.sender_name, self.sender_email = settings.mail.sender.name, settings.mail.sender.address

    def url(self, path: str = "") -> str:
        """`path` begins with a slash."""
        return f"{self._origin}{path}"

    @property
    def domain(self) -> str:
        """What stands behind the @ of UIDs and Message-IDs."""
        return host_of(self._origin) or "localhost"


class OutgoingRanges:
    """The operator's OUTGOING_ALLOWED_RANGES."""

    def __init__(self) -> None:
        self.allowed: tuple[Network, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.outgoing_allowed_ranges


class Signer:
    """Signs and checks short byte strings. A signature for one purpose is worth nothing for another."""

    def __init__(self) -> None:
        self._secret = b""

    def init_app(self, app: Flask) -> None:
        self._secret = app.config["SECRET_KEY"].encode()

    def tag(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the key of this purpose, truncated to 128 bits."""
        return self.derived(purpose, data)[:TAG_BYTES]

    def derived(self, purpose: str, data: bytes) -> bytes:
        """The same whole, 32 bytes: a key of its own, for whom `data` names."""
        key = hmac.digest(self._secret, b"openslot:" + purpose.encode(), hashlib.sha256)
        return hmac.digest(key, data, hashlib.sha256)

    def verifies(self, purpose: str, data: bytes, tag: bytes) -> bool:
        return hmac.compare_digest(self.tag(purpose, data), tag)


class LocalMailDomains:
    """The operator's LOCAL_MAIL_DOMAINS, each with everything below it."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.local_mail_domains

    def __contains__(self, domain: str) -> bool:
        """One with a dot, as mail servers and browsers want it."""
        return "." in domain and any(domain == one or domain.endswith(f".{one}") for one in self.allowed)


# The models stand on their own declarative base; the extension needs to know their tables only. Objects of a session do
# not follow what a statement changes: they are read anew after the commit.
db = SQLAlchemy(metadata=Base.metadata, session_options={"execution_options": {"synchronize_session": False}})
babel = Babel()  # type: ignore[no-untyped-call]
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
