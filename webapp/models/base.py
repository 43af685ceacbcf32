"""The declarative base: names of constraints by convention, instants always with a zone, keys always bigint."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Whose a column is: `mapped_column(..., info=OF_GUEST)`. Tests of the export, restore, guest's copy, erasure and CSV
# file derive from it what each has to cover.
#
# Guest: what they typed, and what somebody wrote to or about them. They get a copy of it, and erasing them takes it
#   away. A column that is the guest's in some rows and the host's in others is the guest's.
# Host: what the host typed, and the record of their meetings. It is in their export and comes back with it.
# System: keys, hashes, counters and what the instance writes down for its own work; never what a person wrote.
OF_GUEST: dict[str, str] = {"whose": "guest"}
OF_HOST: dict[str, str] = {"whose": "host"}
OF_SYSTEM: dict[str, str] = {"whose": "system"}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        int: BigInteger,
        str: Text,
        dict[str, Any]: JSONB,
    }


class Keyed:
    """A bigint identity key. It never leaves the application; what a guest can see has a uuid beside it."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, info=OF_SYSTEM)


def columns_of(table: Table, *owners: dict[str, str]) -> list[Column[Any]]:
    """The columns of the table that belong to one of these owners, such as OF_GUEST."""
    return [column for column in table.columns if column.info in owners]
