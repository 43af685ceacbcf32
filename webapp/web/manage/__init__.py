"""The pages behind a guest's manage link: see, cancel or move a booking. The token in the URL is the authorisation."""

from webapp.web.manage import cancel, move, pages  # noqa: F401 - views register themselves
