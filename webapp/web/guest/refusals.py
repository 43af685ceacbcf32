"""What guests are told when a booking is refused, and can do about it.

The words must be true whoever asks: the address in the form may be somebody else's.
"""

from flask_babel import gettext

from webapp.domain.errors import (
    AddressRefused,
    AlreadyBooked,
    DomainError,
    IdempotencyMismatch,
    Overloaded,
    TooManyBookings,
    TooManyOpenBookings,
)
from webapp.services.availability.offering import Offering


def advice(error: DomainError, offering: Offering) -> str | None:
    """A sentence above the form, which keeps its input; None for errors that guests cannot resolve."""
    host = offering.host_name
    match error:
        case AlreadyBooked():
            return gettext("You have a seat at this time already. Its link is in the mail that you got.")
        case IdempotencyMismatch():
            return gettext("This form has been sent before and your meeting is booked: the link is in the mail.")
        case AddressRefused():
            return gettext("This meeting cannot be booked with this e-mail address. Please use another one.")
        case TooManyOpenBookings():
            return gettext(
                "At most %(limit)s upcoming meetings with %(host)s can be booked with one e-mail address. The links to"
                " change or cancel them are in the mails that were sent to it.",
                limit=error.limit,
                host=host,
            )
        case TooManyBookings():
            return gettext(
                "%(host)s is being booked unusually often just now. What you typed is kept: try again in a few"
                " minutes.",
                host=host,
            )
        case Overloaded():
            return gettext("Too many people are booking just now. What you typed is kept: try again in a few seconds.")
    return None
