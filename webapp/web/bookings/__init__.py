"""/bookings: the host's list of bookings, and each of them: its mails, accepting, cancelling and moving it."""

from webapp.web.bookings import cancel as cancelling
from webapp.web.bookings import decide as deciding
from webapp.web.bookings import move as moving
from webapp.web.bookings import pages as views
from webapp.web.bookings.blueprint import blueprint

__all__ = ["blueprint", "cancelling", "deciding", "moving", "views"]
