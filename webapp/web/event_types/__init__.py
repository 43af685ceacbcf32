"""/event-types: what a host can be booked for."""

from webapp.web.event_types import archiving, once
from webapp.web.event_types import editor as editing
from webapp.web.event_types import pages as listing
from webapp.web.event_types.blueprint import blueprint

__all__ = ["archiving", "blueprint", "editing", "listing", "once"]
