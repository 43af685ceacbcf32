"""/bookings: the host's list of bookings, and each of them: its mails, accepting, cancelling and moving it."""

from webapp.web.bookings import cancelling, deciding, moving, views
from webapp.web.bookings.blueprint import blueprint

__all__ = ["blueprint", "cancelling", "deciding", "moving", "views"]
