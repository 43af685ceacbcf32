"""The states of a booking and the transitions between them (the first three are RFC 5545 STATUS values)."""

from enum import StrEnum


class BookingStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


# A live booking occupies its seat. The schema repeats this set in `booking.is_live`.
NOT_LIVE = frozenset({BookingStatus.CANCELLED, BookingStatus.DECLINED})

# Still ahead: may be cancelled or rescheduled.
ACTIVE = frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED})

TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.PENDING: frozenset({BookingStatus.CONFIRMED, BookingStatus.DECLINED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.CANCELLED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW}),
    BookingStatus.COMPLETED: frozenset({BookingStatus.NO_SHOW}),
    BookingStatus.NO_SHOW: frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED}),  # undoes a mistaken no-show
    BookingStatus.DECLINED: frozenset(),
    BookingStatus.CANCELLED: frozenset(),
}


HELD_SECONDS = 15 * 60  # a time that awaits the guest's confirmation by mail


def may_become(status: BookingStatus, new: BookingStatus) -> bool:
    return new in TRANSITIONS[status]


class Audience(StrEnum):
    """Who is notified of a booking, or reads about it."""

    GUEST = "guest"
    HOST = "host"


class EventKind(StrEnum):
    """The kinds of events in the outbox. An event is written in the transaction that made it true."""

    BOOKING_HELD = "booking.held"  # until the guest confirms by mail; nobody else is told
    BOOKING_REQUESTED = "booking.requested"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_DECLINED = "booking.declined"
    BOOKING_COMPLETED = "booking.completed"
    BOOKING_NO_SHOW = "booking.no_show"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_CANCELLED = "booking.cancelled"
    SLOT_PUBLISHED = "slot.published"
    WEBHOOK_TEST = "webhook.test"  # requested by the host
    BOOKING_IMPORTED = "booking.imported"  # with its host, from elsewhere: reminders, but no notifications
    GUEST_ASKED = "guest.asked"  # a guest asked for the data stored about their address
    MAILS_HELD = "mails.held"  # an address would have got more mails than allowed; a digest says how things stand
    ACCOUNT_CONFIRM = "account.confirm"
    ACCOUNT_EXISTS = "account.exists"  # registration with an address that already has an account
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"
    ACCOUNT_WEBHOOK_DISABLED = "account.webhook_disabled"
