"""Hosts, who log in, and their roles. The login columns are those that Flask-Security expects."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import OF_HOST, OF_SYSTEM, Base, Keyed

host_role = Table(
    "host_role",
    Base.metadata,
    Column("host_id", ForeignKey("host.id", ondelete="CASCADE"), primary_key=True, info=OF_SYSTEM),
    Column("role_id", ForeignKey("role.id"), primary_key=True, info=OF_SYSTEM),
)


class Role(Keyed, RoleMixin, Base):
    """`host` or `admin`. Migration 1 inserts both rows."""

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(unique=True, info=OF_SYSTEM)
    description: Mapped[str] = mapped_column(server_default="", info=OF_SYSTEM)


class Host(Keyed, UserMixin, Base):
    """A person with an account who can be booked (ORGANIZER)."""

    __tablename__ = "host"
    __table_args__ = (
        Index("uq_host_email_lower", func.lower(text("email")), unique=True),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'", name="slug_format"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
    )

    email: Mapped[str] = mapped_column(info=OF_HOST)
    name: Mapped[str] = mapped_column(info=OF_HOST)
    slug: Mapped[str] = mapped_column(unique=True, info=OF_HOST)
    time_zone: Mapped[str] = mapped_column(info=OF_HOST, doc="IANA name")
    locale: Mapped[str] = mapped_column(server_default="en", info=OF_HOST)
    about: Mapped[str] = mapped_column(server_default="", info=OF_HOST, doc="shown to guests on the public page")
    has_public_busy_times: Mapped[bool] = mapped_column(
        server_default=text("false"), info=OF_HOST, doc="a VFREEBUSY for anybody"
    )
    password: Mapped[str | None] = mapped_column(info=OF_HOST)
    active: Mapped[bool] = mapped_column(server_default=text("true"), info=OF_SYSTEM)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, info=OF_SYSTEM)
    confirmed_at: Mapped[datetime | None] = mapped_column(info=OF_SYSTEM)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
    registered_at: Mapped[datetime | None] = mapped_column(
        info=OF_SYSTEM, doc="None: made by the operator, by invitation or as demo data"
    )

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=host_role, lazy="selectin"
    )


class FormerHostSlug(Base):
    """A slug that a host has left. A trigger on `host` writes it, and keeps other hosts from taking it for 90 days.
    Without `host_id` the host was deleted."""

    __tablename__ = "former_host_slug"
    __table_args__ = (Index("ix_former_host_slug_host_id", "host_id"),)

    slug: Mapped[str] = mapped_column(primary_key=True, info=OF_SYSTEM)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("host.id", ondelete="SET NULL"), info=OF_SYSTEM)
    left_at: Mapped[datetime] = mapped_column(server_default=func.now(), info=OF_SYSTEM)
