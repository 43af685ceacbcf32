"""A guest's access to their data: request, see, download and erase it. A link sent by mail proves the address."""

from webapp.web.privacy import pages  # noqa: F401 - views register themselves
