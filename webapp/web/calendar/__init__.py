"""/calendar: the host's week, day, agenda and month; publishing slots and taking them back."""

from webapp.web.calendar import many_slots as many
from webapp.web.calendar import pages as views
from webapp.web.calendar import slot as slots
from webapp.web.calendar import why
from webapp.web.calendar.blueprint import blueprint

__all__ = ["blueprint", "many", "slots", "views", "why"]
