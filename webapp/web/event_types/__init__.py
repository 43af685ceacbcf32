"""/event-types: what a host can be booked for."""

from webapp.web.event_types import archiving, editing, listing, once
from webapp.web.event_types.blueprint import blueprint

__all__ = ["archiving", "blueprint", "editing", "listing", "once"]
