"""The guest's pages: who a host is, when they are free, and booking."""

from flask import Blueprint

blueprint = Blueprint("booking", __name__)

from webapp.web.guest import book  # noqa: E402, F401 - views register themselves
from webapp.web.guest import single_use_link as once
from webapp.web.guest import times as pages
