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
    """`host_id` is set for hosts and admins; `booking_uid` for a guest with a manage link."""

    kind: ActorKind
    host_id: int | None = None
    booking_uid: str | None = None


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM)


def host_actor(host_id: int) -> Actor:
    return Actor(ActorKind.HOST, host_id=host_id)


def admin_actor(host_id: int) -> Actor:
    return Actor(ActorKind.ADMIN, host_id=host_id)


def manage_link_actor(booking_uid: str) -> Actor:
    return Actor(ActorKind.GUEST, booking_uid=booking_uid)
