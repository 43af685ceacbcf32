"""The declarative base: constraint names follow a convention, instants have a time zone, keys are bigint."""

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

# Who owns the data in a column: `mapped_column(..., info=OF_GUEST)`. The tests of export, restore, the guest's copy,
# erasure and the CSV file derive from it which columns each must cover.
#
# Guest: what the guest typed, and what others wrote to or about them. Included in the guest's copy and removed by
#   erasure. A column that belongs to the guest in some rows and to the host in others counts as the guest's.
# Host: what the host typed, and the record of their meetings. Included in the host's export and restored from it.
# System: keys, hashes, counters and internal records of the instance; never text that a person wrote.
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
    """A bigint identity key. It is internal to the application; rows that guests can see also have a uuid."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, info=OF_SYSTEM)


def columns_of(table: Table, *owners: dict[str, str]) -> list[Column[Any]]:
    """The columns of the table that belong to one of these owners, such as OF_GUEST."""
    return [column for column in table.columns if column.info in owners]
