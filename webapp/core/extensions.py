"""Unbound extension instances, own and those of libraries; `init_app` binds them to an application."""

import hashlib
import hmac
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from webapp.core import postgres, rate_limits
from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.config.tables import NO_QUOTAS
from webapp.core.host_names import host_of
from webapp.core.lock_queues import lock_queues
from webapp.core.postgres import Circuit
from webapp.domain.outgoing import Network
from webapp.models import Base

POOL_TIMEOUT_SECONDS = 2.5  # a request that waits longer for a connection is answered with 503
TAG_BYTES = 16  # length of a signature: 128 bits


class Site:
    """The configured public URL; never the host that a request names."""

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
        """The domain after the @ of UIDs and Message-IDs."""
        return host_of(self._origin) or "localhost"


class OutgoingRanges:
    """The setting OUTGOING_ALLOWED_RANGES."""

    def __init__(self) -> None:
        self.allowed: tuple[Network, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.outgoing_allowed_ranges


class Signer:
    """Signs and verifies short byte strings. A signature for one purpose is not valid for another."""

    def __init__(self) -> None:
        self._secret = b""

    def init_app(self, app: Flask) -> None:
        self._secret = app.config["SECRET_KEY"].encode()

    def tag(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 with the key of this purpose, truncated to 128 bits."""
        return self.derived(purpose, data)[:TAG_BYTES]

    def derived(self, purpose: str, data: bytes) -> bytes:
        """The same without truncation, 32 bytes: a derived key for what `data` identifies."""
        key = hmac.digest(self._secret, b"openslot:" + purpose.encode(), hashlib.sha256)
        return hmac.digest(key, data, hashlib.sha256)

    def verifies(self, purpose: str, data: bytes, tag: bytes) -> bool:
        return hmac.compare_digest(self.tag(purpose, data), tag)


class LocalMailDomains:
    """The setting LOCAL_MAIL_DOMAINS; each domain includes its subdomains."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()

    def init_app(self, settings: Settings) -> None:
        self.allowed = settings.local_mail_domains

    def __contains__(self, domain: str) -> bool:
        """Domains without a dot do not count: mail servers and browsers refuse them."""
        return "." in domain and any(domain == one or domain.endswith(f".{one}") for one in self.allowed)


class BookingQuotas:
    """The settings of QuotaSettings; no limits with RATE_LIMITS=off."""

    def __init__(self) -> None:
        self.limits = NO_QUOTAS

    def init_app(self, settings: Settings) -> None:
        self.limits = settings.quotas if settings.rate_limits else NO_QUOTAS


class GuestConfirmation:
    """The setting GUEST_CONFIRMATION: at which hosts guests confirm each booking by mail, whatever the event type."""

    def __init__(self) -> None:
        self._where = "none"

    def init_app(self, settings: Settings) -> None:
        self._where = settings.guest_confirmation

    def applies(self, *, is_new_host: bool) -> bool:
        return self._where == "all" or (self._where == "new-hosts" and is_new_host)


# The models have their own declarative base; the extension needs only their tables. UPDATE and DELETE statements do not
# refresh the objects of a session, which are read again after the commit.
db = SQLAlchemy(metadata=Base.metadata, session_options={"execution_options": {"synchronize_session": False}})
babel = Babel()  # type: ignore[no-untyped-call]
csrf = CSRFProtect()
signer = Signer()
site = Site()
outgoing_ranges = OutgoingRanges()
local_mail_domains = LocalMailDomains()
booking_quotas = BookingQuotas()
guest_confirmation = GuestConfirmation()


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    signer.init_app(app)
    site.init_app(settings)
    outgoing_ranges.init_app(settings)
    local_mail_domains.init_app(settings)
    booking_quotas.init_app(settings)
    guest_confirmation.init_app(settings)
    lock_queues.init_app(settings)
    rate_limits.init_app(app, settings)


def init_migrations(app: Flask) -> None:
    """For commands and tests only; in a web process the 8 MB of Alembic would be wasted."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(PROJECT_DIR / "migrations"))


def _engine_options(settings: Settings) -> dict[str, Any]:
    return {
        "creator": Circuit(lambda: postgres.connect(settings.database_url)).connect,
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "pool_use_lifo": True,
        "hide_parameters": True,  # errors are logged, but without what people typed
    }
