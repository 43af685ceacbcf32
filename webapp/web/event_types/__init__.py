"""/event-types: what a host can be booked for."""

from webapp.web.event_types import editor, pages  # noqa: F401 - views register themselves
