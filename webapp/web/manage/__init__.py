"""What a guest does by the link in the mail: see, cancel, move. The token in the address is the proof of right."""

from flask import Blueprint

blueprint = Blueprint("manage", __name__, url_prefix="/manage/<token>")

from webapp.web.manage import cancel, move, pages  # noqa: E402, F401 - views register themselves
