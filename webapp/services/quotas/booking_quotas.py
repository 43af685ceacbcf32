"""How much guests may book with one host: upcoming meetings per guest, and the host's times that are taken in an hour;
and whether the owner of the address wants none.

Counted in the database while the host is locked, so that concurrent bookings by all processes are counted exactly.
Further seats in a group take no more of the host's time, so a group of 500 can fill within minutes.
"""

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webapp.core.config.tables import NO_QUOTAS
from webapp.core.extensions import booking_quotas
from webapp.core.sql import Statement, Values
from webapp.domain.actor import Actor, ActorKind
from webapp.domain.errors import AddressRefused, TooManyBookings, TooManyOpenBookings
from webapp.models.booking import MAILBOX
from webapp.services.addresses.keys import address_hash

# Each count ends at its limit, so that it never takes long.
_COUNTS = f"""
SELECT (SELECT count(*) FROM (
    SELECT FROM guest JOIN booking ON booking.guest_id = guest.id JOIN slot ON slot.id = booking.slot_id
    WHERE guest.host_id = host.id AND {MAILBOX} = (SELECT {MAILBOX} FROM (SELECT %(email)s::text AS email) AS typed)
      AND booking.status IN ('pending', 'confirmed') AND slot.ends_at > now()
    LIMIT %(open_per_guest)s
) AS open),
(SELECT count(*) FROM (
    SELECT FROM booking WHERE host_id = host.id AND created_at > now() - interval '1 hour' AND seat = 1
    LIMIT %(hourly)s
) AS in_hour),
(SELECT count(*) FROM (
    SELECT FROM booking WHERE host_id = host.id AND created_at > now() - interval '10 minutes'
    LIMIT %(usual)s
) AS lately),
EXISTS (SELECT FROM blocked_address WHERE host_id = host.id AND address_hash = %(address)s)
FROM host
"""  # noqa: S608  no value is in it


@dataclass(frozen=True, slots=True)
class Booked:
    """What has been booked before this booking, as far as it counts."""

    open_of_guest: int = 0
    times_in_hour: int = 0
    lately: int = 0
    is_blocked: bool = False

    @property
    def is_unusual(self) -> bool:
        """Whether so many bookings have been made in the last ten minutes that programs may be at work."""
        return _is_reached(self.lately, booking_quotas.limits.usual)


NOTHING = Booked()


def booked_query(
    actor: Actor, email: str, *, host: str = "", slot_id: uuid.UUID | None = None
) -> tuple[tuple[Statement, Values], ...]:
    """The query behind `booked_before`, to run together with others once the host is locked. Only guests are counted.
    `host`: a slug, unless a slot is booked."""
    limits = booking_quotas.limits if actor.kind is ActorKind.GUEST else NO_QUOTAS
    values = {
        "email": email,
        "address": address_hash(email),
        "host": host,
        "slot": slot_id,
        "open_per_guest": limits.open_per_guest,
        "hourly": limits.hourly,
        "usual": limits.usual,
    }
    return ((_statement(by_slot=slot_id is not None), values),)


@lru_cache(maxsize=2)
def _statement(*, by_slot: bool) -> Statement:
    is_host = "id = (SELECT host_id FROM slot WHERE public_id = %(slot)s)" if by_slot else "slug = %(host)s"
    return Statement(f"{_COUNTS} WHERE host.{is_host}")


def booked_before(results: list[list[Any]]) -> Booked:
    """From the results of `booked_query`."""
    return Booked(*results[0][0]) if results and results[0] else NOTHING


def require_quota(booked: Booked, *, takes_time: bool, has_link: bool = False) -> None:
    """`takes_time`: whether nobody has a seat at that time yet. `has_link`: whether the host gave the guest a
    single-use link, which is not counted. Raises AddressRefused, TooManyOpenBookings, TooManyBookings.

    Call once it is clear that the booking would succeed otherwise: then nobody can find out whether an address has
    open bookings without making one, of which its owner is told.
    """
    if booked.is_blocked:
        raise AddressRefused
    if has_link:
        return
    limits = booking_quotas.limits
    if _is_reached(booked.open_of_guest, limits.open_per_guest):
        raise TooManyOpenBookings(limits.open_per_guest)
    if takes_time and _is_reached(booked.times_in_hour, limits.hourly):
        raise TooManyBookings


def _is_reached(count: int, limit: int) -> bool:
    return 0 < limit <= count
