"""The guest's pages: a host's profile, their free times, and booking."""

from webapp.web.guest import book, single_use_link, times  # noqa: F401 - views register themselves
