from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Keyed
from webapp.models.host import Host


class EventType(Keyed, Base):
    """What a guest can book with a host. Minutes everywhere; buffers pad a meeting on both sides."""

    __tablename__ = "event_type"
    __table_args__ = (
        UniqueConstraint("host_id", "slug"),
        UniqueConstraint("id", "host_id"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'", name="slug_format"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 480 AND duration_minutes % 5 = 0", name="duration"),
        CheckConstraint("buffer_before_minutes BETWEEN 0 AND 1440", name="buffer_before"),
        CheckConstraint("buffer_after_minutes BETWEEN 0 AND 1440", name="buffer_after"),
        CheckConstraint("notice_minutes >= 0", name="notice"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    duration_minutes: Mapped[int]
    buffer_before_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    buffer_after_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    notice_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    capacity: Mapped[int] = mapped_column(server_default=text("1"))
    position: Mapped[int] = mapped_column(server_default=text("0"), doc="order on the public page")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    host: Mapped[Host] = relationship(viewonly=True)
