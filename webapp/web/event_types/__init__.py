"""/event-types: the host's event types."""

from webapp.web.event_types import editor, pages  # noqa: F401 - views register themselves
