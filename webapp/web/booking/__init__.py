"""The guest's pages: who a host is, when they are free, and booking."""

from flask import Blueprint

blueprint = Blueprint("booking", __name__)

from webapp.web.booking import book, once, pages  # noqa: E402, F401 - views register themselves
