"""/settings/webhooks: addresses of programs that are told what happens, and what they were told."""

from webapp.web.webhooks import deliveries, editing, listing, removing
from webapp.web.webhooks.pages import blueprint

__all__ = ["blueprint", "deliveries", "editing", "listing", "removing"]
