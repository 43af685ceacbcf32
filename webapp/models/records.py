"""Records that no page changes: the audit log, responses stored for repeated requests, used challenges, and what is
remembered about e-mail addresses, which are stored only as keyed hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import OF_GUEST, OF_SYSTEM, Base, Keyed


class AuditEntry(Keyed, Base):
    """One action of an actor on an object. Append-only for the application's role, which may only replace client
    addresses by hashes after 30 days. It contains ids, never names or e-mail addresses, so that erasing a person
    requires no change here."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('guest', 'host', 'admin', 'system')", name="actor_kind"),
        Index("ix_audit_entry_object", "object_kind", "object_id"),
        Index("ix_audit_entry_occurred_at", "occurred_at"),
        Index(
            "ix_audit_entry_client_address",
            "occurred_at",
            postgresql_where=text("client_address NOT LIKE 'hmac:%'"),
        ),
    )

    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    actor_kind: Mapped[str] = mapped_column(info=OF_SYSTEM)
    actor_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    client_address: Mapped[str | None] = mapped_column(info=OF_SYSTEM, doc="an IP address; after 30 days its hash")
    action: Mapped[str] = mapped_column(info=OF_SYSTEM)
    object_kind: Mapped[str] = mapped_column(info=OF_SYSTEM)
    object_id: Mapped[int | None] = mapped_column(info=OF_SYSTEM)
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"), info=OF_SYSTEM)


class IdempotencyKey(Base):
    """The result of the request with this key. `scope` separates the keys of different callers; stored for 24 hours."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True, info=OF_SYSTEM)
    key: Mapped[str] = mapped_column(primary_key=True, info=OF_GUEST)
    request_hash: Mapped[str] = mapped_column(info=OF_GUEST)
    answer: Mapped[dict[str, Any] | None] = mapped_column(info=OF_SYSTEM)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)


class ConfirmedAddress(Base):
    """An address whose owner has followed a link in a mail of this instance."""

    __tablename__ = "confirmed_address"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, info=OF_SYSTEM)
    confirmed_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)


class BlockedAddress(Base):
    """An address whose owner wants no bookings with this host: somebody else had used it."""

    __tablename__ = "blocked_address"

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), primary_key=True, info=OF_SYSTEM)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, index=True, info=OF_SYSTEM)
    blocked_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)


class SpentChallenge(Base):
    """A challenge (proof of work) that has made a booking. Deleted some time after it expired."""

    __tablename__ = "spent_challenge"
    __table_args__ = (Index("ix_spent_challenge_expires_at", "expires_at"),)

    nonce: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, info=OF_SYSTEM)
    expires_at: Mapped[datetime] = mapped_column(info=OF_SYSTEM)
