"""/calendar: the host's week, day, agenda and month views; publishing and deleting slots."""

from webapp.web.calendar import many_slots, pages, slot, why  # noqa: F401 - views register themselves
