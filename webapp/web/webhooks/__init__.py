"""/settings/webhooks: addresses of programs that are told what happens, and what they were told."""

from webapp.web.webhooks import pages  # noqa: F401 - views register themselves
