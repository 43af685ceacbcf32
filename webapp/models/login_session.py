import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class LoginSession(Base):
    """One login of a host on one device. The cookie carries the uid, signed; a login without its row has ended,
    whoever still has a copy of the cookie."""

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_host_id", "host_id"),)

    uid: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
