"""How many mails go to an address that has never confirmed anything here, and to how many guests a new host writes.

The relay decides just before it hands mails to workers, for each mail that is due, whoever caused it and by whatever
face (`domain.mail_limits`; docs/adr/0030). `counted_mail` has a row for each mail that was let through, so the count is
exact across processes and survives the queue; decisions about one address are made one after the other, under a lock.
Mails to confirmed addresses are neither counted nor stored.

A mail above the limits of its address is held back, and a digest tells of it (`digests`). A mail above the limit of a
new host waits until there is room.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.core import rate_limits
from webapp.core.extensions import booking_quotas
from webapp.core.sql import Statement
from webapp.domain.mail_limits import DAY, HOUR, MailCount
from webapp.models import CountedMail, Delivery
from webapp.services.addresses.confirmed import confirmed_among
from webapp.services.mail.addressees import Addressee, addressees
from webapp.services.mail.deliveries import DeliveryLease, lease_due
from webapp.services.mail.digests import count, hold_back
from webapp.services.mail.merging import merge_moves

TOO_MANY_GUESTS = "a new host has written to as many guests as allowed in a day"
NEXT_LOOK = timedelta(hours=1)  # at a mail that waits for room

_LOCK = Statement("SELECT pg_advisory_xact_lock(key) FROM unnest(%(keys)s::bigint[]) AS key")


def lease_mails(session: Session, *, limit: int) -> list[DeliveryLease]:
    """Lease due mails that may be sent now, in order."""
    if not rate_limits.is_on():
        return lease_due(session, limit=limit)
    merge_moves(session)
    while leases := lease_due(session, limit=limit):
        if allowed := _within_limits(session, leases):
            return allowed
    return []


@dataclass(slots=True)
class _Counts:
    """What was let through: by address, and of each new host the addresses of the guests of the last day."""

    by_mailbox: dict[bytes, MailCount] = field(default_factory=lambda: defaultdict(MailCount))
    guests: dict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))

    def admits_guest(self, one: Addressee) -> bool:
        most = booking_quotas.limits.new_host_guests
        if not one.new_host_id or not most:
            return True
        guests = self.guests[one.new_host_id]
        return one.mailbox_hash in guests or len(guests) < most

    def add_guest(self, one: Addressee) -> None:
        if one.new_host_id:
            self.guests[one.new_host_id].add(one.mailbox_hash)


def _within_limits(session: Session, leases: Sequence[DeliveryLease]) -> list[DeliveryLease]:
    found = addressees(session, [lease.delivery_id for lease in leases])
    confirmed = confirmed_among(session, {one.email for one in found})
    counted = [one for one in found if one.email not in confirmed or one.new_host_id]
    if not counted:
        return list(leases)
    _lock(session, counted)
    allowed, late, too_many = _decided(_counts(session, counted), counted, confirmed)
    count(session, allowed)
    _postpone(session, late)
    hold_back(session, too_many)
    left_out = {one.delivery_id for one in (*late, *too_many)}
    return [lease for lease in leases if lease.delivery_id not in left_out]


def _decided(
    counts: _Counts, counted: Sequence[Addressee], confirmed: Collection[str]
) -> tuple[list[Addressee], list[Addressee], list[Addressee]]:
    """Those that may be sent, those that wait for room of their new host, and those that are held back."""
    allowed, late, too_many = [], [], []
    for one in counted:
        if not counts.admits_guest(one):
            late.append(one)
        elif one.email not in confirmed and not counts.by_mailbox[one.mailbox_hash].admit():
            too_many.append(one)
        else:
            counts.add_guest(one)
            allowed.append(one)
    return allowed, late, too_many


def _lock(session: Session, counted: Sequence[Addressee]) -> None:
    """Until the end of the transaction, in one order, so that two relays never wait for each other. The key of a new
    host is its negative id, that of an address the first bytes of its hash."""
    hosts = {-one.new_host_id for one in counted if one.new_host_id}
    keys = hosts | {int.from_bytes(one.mailbox_hash[:8]) >> 1 for one in counted}
    _LOCK.run(session, keys=sorted(keys))


def _counts(session: Session, counted: Sequence[Addressee]) -> _Counts:
    """Without the mails to decide about, which may have been leased before."""
    counts = _Counts()
    others = CountedMail.delivery_id.not_in([one.delivery_id for one in counted])
    lately = CountedMail.counted_at > func.now() - DAY, CountedMail.digest_id.is_(None), others
    in_hour = func.count().filter(CountedMail.counted_at > func.now() - HOUR)
    sent = select(CountedMail.mailbox_hash, in_hour, func.count()).group_by(CountedMail.mailbox_hash)
    mailboxes = CountedMail.mailbox_hash.in_({one.mailbox_hash for one in counted})
    for key, hour, day in session.execute(sent.where(*lately, mailboxes)):
        counts.by_mailbox[key] = MailCount(hour, day)
    hosts = {one.new_host_id for one in counted if one.new_host_id}
    guests = select(CountedMail.new_host_id, CountedMail.mailbox_hash).distinct()
    for host_id, key in session.execute(guests.where(*lately, CountedMail.new_host_id.in_(hosts))) if hosts else ():
        counts.guests[int(host_id or 0)].add(key)
    return counts


def _postpone(session: Session, late: Sequence[Addressee]) -> None:
    those = update(Delivery).where(Delivery.id.in_([one.delivery_id for one in late]))
    session.execute(those.values(due_at=func.now() + NEXT_LOOK, last_error=TOO_MANY_GUESTS))
