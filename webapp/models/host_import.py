"""Documents that hosts upload, until the worker has restored them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import OF_HOST, OF_SYSTEM, Base


class ImportStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class HostImport(Base):
    """The last document that a host has uploaded, and what became of it. The document itself is kept only while it
    waits. `due_at` is the earliest time of the next attempt; an attempt moves it ahead by a lease, so that a document
    whose worker died becomes due again."""

    __tablename__ = "host_import"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'done', 'refused')", name="status"),
        CheckConstraint("(status = 'waiting') = (document IS NOT NULL)", name="document"),
        CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name="finished_at"),
        Index("ix_host_import_due_at", "due_at", postgresql_where=text("status = 'waiting'")),
    )

    host_id: Mapped[int] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"), primary_key=True, info=OF_SYSTEM)
    status: Mapped[str] = mapped_column(server_default="waiting", info=OF_SYSTEM)
    document: Mapped[bytes | None] = mapped_column(LargeBinary, info=OF_HOST)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), info=OF_SYSTEM)
    due_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    result: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), info=OF_HOST, doc="counts, or faults by their place in the document"
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    finished_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
