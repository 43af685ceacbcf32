"""The guest's pages: who a host is, when they are free, and booking."""

from webapp.web.guest import book, single_use_link, times  # noqa: F401 - views register themselves
