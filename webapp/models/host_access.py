"""Credentials for acting or reading as a host: API tokens, calendar feeds and logins."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed
from webapp.models.host import Host


class ApiToken(Keyed, Base):
    """A host's API token. Only its hash is stored; deleting the row revokes the token."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("scope IN ('read', 'write')", name="scope"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        Index("ix_api_token_host_id", "host_id"),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), info=OF_SYSTEM)
    name: Mapped[str] = mapped_column(info=OF_HOST)
    scope: Mapped[str] = mapped_column(info=OF_HOST)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=OF_SYSTEM, doc="SHA-256")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    expires_at: Mapped[datetime | None] = mapped_column(info=OF_HOST, doc="None: it lasts until it is revoked")
    last_used_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True)


class Feed(Keyed, Base):
    """A secret address at which a calendar program reads a host's bookings. Only a hash of the secret is stored;
    deleting the row revokes the address."""

    __tablename__ = "feed"
    __table_args__ = (
        CheckConstraint("detail IN ('full', 'busy')", name="detail"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        Index("ix_feed_host_id", "host_id"),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), info=OF_SYSTEM)
    name: Mapped[str] = mapped_column(info=OF_HOST)
    detail: Mapped[str] = mapped_column(info=OF_HOST, doc="full: who and what; busy: only when")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=OF_SYSTEM, doc="SHA-256")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    last_used_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)

    host: Mapped[Host] = relationship(viewonly=True)


class LoginSession(Base):
    """One login of a host on one device. The cookie contains the signed uid; deleting the row ends the login for every
    copy of the cookie."""

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_host_id", "host_id"),)

    uid: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, info=OF_SYSTEM)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), info=OF_SYSTEM)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM, doc="to the hour")
