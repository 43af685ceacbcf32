import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Keyed
from webapp.models.host import Host


class ApiToken(Keyed, Base):
    """A host's token for the API. Only its hash is kept; a token without its row is worth nothing."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("scope IN ('read', 'write')", name="scope"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        Index("ix_api_token_host_id", "host_id"),
    )

    public_id: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"))
    name: Mapped[str]
    scope: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, doc="SHA-256")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(doc="None: it lasts until it is revoked")
    last_used_at: Mapped[datetime | None]

    host: Mapped[Host] = relationship(viewonly=True)
