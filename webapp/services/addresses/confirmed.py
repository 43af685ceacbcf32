"""Addresses that have proved themselves: somebody who reads their mail has confirmed a booking or an account, or has
opened a link to their data. Until then, anybody may have typed the address."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.models import ConfirmedAddress, Host
from webapp.services.addresses.keys import address_hash
from webapp.services.shared.validation import known_address


def is_confirmed(session: Session, email: str) -> bool:
    return bool(confirmed_among(session, [email]))


def confirmed_among(session: Session, emails: Collection[str]) -> frozenset[str]:
    """Those of these addresses that are confirmed, as they were given."""
    hashes = {email: address_hash(email) for email in emails}
    accounts = {email: known_address(email).lower() for email in emails}
    proved = select(ConfirmedAddress.address_hash).where(ConfirmedAddress.address_hash.in_(set(hashes.values())))
    lower = func.lower(Host.email)
    of_hosts = select(lower).where(lower.in_(set(accounts.values())), Host.confirmed_at.is_not(None))
    found, hosts = set(session.scalars(proved)), set(session.scalars(of_hosts))
    return frozenset(email for email in emails if hashes[email] in found or accounts[email] in hosts)


def confirm_address(session: Session, email: str) -> None:
    """Its owner has done something that only a reader of its mail can do."""
    row = insert(ConfirmedAddress).values(address_hash=address_hash(email))
    session.execute(row.on_conflict_do_nothing())


def forget_confirmed(session: Session, emails: Iterable[str]) -> None:
    """For erasing a guest. The address of an account stays confirmed by its account."""
    those = [address_hash(email) for email in emails]
    session.execute(delete(ConfirmedAddress).where(ConfirmedAddress.address_hash.in_(those)))
