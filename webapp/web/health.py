"""/healthz: the process answers. /readyz: it can work, too."""

from flask import Blueprint, Response, current_app

from webapp import queue_server, time_zones
from webapp.db import session
from webapp.services import readiness
from webapp.services.mail_trouble import mail_trouble
from webapp.web.guards import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return _text("ok", 200)


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """The database answers and is at the migration that this code was written for. Whether the queue server does, and
    whether the mail server takes mail, is said, and does not matter: what needs them waits. The version of the time
    zone data is for operators, too."""
    if problem := readiness.problem():
        return _text(problem, 503)
    trouble = (queue_server.problem(current_app.extensions["settings"]), mail_trouble(session()))
    return _text("\n".join(["ok", *map(str, filter(None, trouble)), time_zones.version_line()]), 200)


def _text(body: str, status: int) -> Response:
    return Response(f"{body}\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})
