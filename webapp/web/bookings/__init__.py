"""/bookings: the host's list of bookings, and the page of each: its mails, accepting, cancelling and moving it."""

from webapp.web.bookings import cancel, decide, move, pages  # noqa: F401 - views register themselves
