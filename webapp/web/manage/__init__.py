"""What guests do with the link in their mail: see, cancel, move. The token in the URL is their authorisation."""

from webapp.web.manage import cancel, move, pages  # noqa: F401 - views register themselves
