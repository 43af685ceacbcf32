"""The actor of a command. Every service takes one as an argument and authorises against it."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    GUEST = "guest"
    HOST = "host"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`host_id` is set for hosts and admins; `booking_uid` for a guest with a manage link; `client_address`, the IP
    address for the audit log, for hosts, admins and whoever uses the pages of accounts."""

    kind: ActorKind
    host_id: int | None = None
    booking_uid: str | None = None
    client_address: str | None = None


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM)


def host_actor(host_id: int, client_address: str | None = None) -> Actor:
    return Actor(ActorKind.HOST, host_id=host_id, client_address=client_address)


def admin_actor(host_id: int, client_address: str | None = None) -> Actor:
    return Actor(ActorKind.ADMIN, host_id=host_id, client_address=client_address)


def manage_link_actor(booking_uid: str) -> Actor:
    return Actor(ActorKind.GUEST, booking_uid=booking_uid)


def visitor_actor(client_address: str | None) -> Actor:
    """Somebody who is not logged in, on the pages of accounts."""
    return Actor(ActorKind.GUEST, client_address=client_address)
