"""Addresses whose owners want no bookings with a host, since somebody else had used them there."""

from collections.abc import Iterable

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.models import BlockedAddress
from webapp.services.addresses.keys import address_hash


def is_blocked(session: Session, host_id: int, email: str) -> bool:
    mine = BlockedAddress.host_id == host_id, BlockedAddress.address_hash == address_hash(email)
    return bool(session.scalar(select(exists().where(*mine))))


def block_address(session: Session, host_id: int, email: str) -> None:
    row = insert(BlockedAddress).values(host_id=host_id, address_hash=address_hash(email))
    session.execute(row.on_conflict_do_nothing())


def unblock_address(session: Session, host_id: int, email: str) -> None:
    mine = BlockedAddress.host_id == host_id, BlockedAddress.address_hash == address_hash(email)
    session.execute(delete(BlockedAddress).where(*mine))


def forget_blocked(session: Session, emails: Iterable[str]) -> None:
    """For erasing a guest: at all hosts."""
    those = [address_hash(email) for email in emails]
    session.execute(delete(BlockedAddress).where(BlockedAddress.address_hash.in_(those)))
