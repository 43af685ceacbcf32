"""/calendar: the host's week, day, agenda and month; publishing slots and taking them back."""

from webapp.web.calendar import many, slots, views, why
from webapp.web.calendar.blueprint import blueprint

__all__ = ["blueprint", "many", "slots", "views", "why"]
