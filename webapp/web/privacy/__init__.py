"""What a guest can do about their data: ask for it, see, download and erase it. The address is proved by mail."""

from webapp.web.privacy import pages  # noqa: F401 - views register themselves
