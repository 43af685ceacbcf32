"""/calendar: the host's week, day, agenda and month; publishing slots and taking them back."""

from webapp.web.calendar import many_slots, pages, slot, why  # noqa: F401 - views register themselves
