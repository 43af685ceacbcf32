"""What a guest can do about their data: ask for it, see, download and erase it. The address is proved by mail."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")

from webapp.web.privacy import held
from webapp.web.privacy import pages as asking  # noqa: E402, F401 - views register themselves
