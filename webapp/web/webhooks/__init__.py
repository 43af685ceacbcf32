"""/settings/webhooks: the host's webhooks and the messages sent to them."""

from webapp.web.webhooks import pages  # noqa: F401 - views register themselves
