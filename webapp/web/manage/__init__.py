"""What a guest does by the link in the mail: see, cancel, move. The token in the address is the proof of right."""

from webapp.web.manage import cancel, move, pages  # noqa: F401 - views register themselves
