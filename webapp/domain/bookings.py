"""The states of a booking and the moves between them (RFC 5545 STATUS behind the first three)."""

from enum import StrEnum


class BookingStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


# A live booking holds its seat. The schema repeats this set in `booking.is_live`.
NOT_LIVE = frozenset({BookingStatus.CANCELLED, BookingStatus.DECLINED})

# Still to come: may be cancelled or rescheduled.
ACTIVE = frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED})

TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.PENDING: frozenset({BookingStatus.CONFIRMED, BookingStatus.DECLINED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.CANCELLED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW}),
    BookingStatus.COMPLETED: frozenset({BookingStatus.NO_SHOW}),
    BookingStatus.NO_SHOW: frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED}),  # marked by mistake
    BookingStatus.DECLINED: frozenset(),
    BookingStatus.CANCELLED: frozenset(),
}


def may_become(status: BookingStatus, new: BookingStatus) -> bool:
    return new in TRANSITIONS[status]


class Audience(StrEnum):
    """Who is told of a booking, or reads about it."""

    GUEST = "guest"
    HOST = "host"


class EventKind(StrEnum):
    """Facts as they stand in the outbox. A fact is written in the transaction that made it true."""

    BOOKING_REQUESTED = "booking.requested"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_DECLINED = "booking.declined"
    BOOKING_COMPLETED = "booking.completed"
    BOOKING_NO_SHOW = "booking.no_show"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_CANCELLED = "booking.cancelled"
    SLOT_PUBLISHED = "slot.published"
    WEBHOOK_TEST = "webhook.test"  # the host asked for it
    BOOKING_IMPORTED = "booking.imported"  # with its host, from elsewhere: nobody is told, but reminded
    GUEST_ASKED = "guest.asked"  # what this instance holds about an address
    ACCOUNT_CONFIRM = "account.confirm"
    ACCOUNT_EXISTS = "account.exists"  # somebody registered with its address again
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"
    ACCOUNT_WEBHOOK_DISABLED = "account.webhook_disabled"
