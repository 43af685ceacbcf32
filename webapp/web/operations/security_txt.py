"""/.well-known/security.txt (RFC 9116): where to report a security problem of this instance."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, current_app

from webapp.core.config import Settings
from webapp.domain.urls import mailto
from webapp.web.shared.guards import public

VALID_FOR = timedelta(days=180)  # the standard recommends less than a year

blueprint = Blueprint("security_txt", __name__)


@blueprint.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    settings: Settings = current_app.extensions["settings"]
    contact = settings.security_contact
    if not contact:
        abort(404)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": contact if contact.startswith("https://") else mailto(contact),
        "Expires": f"{today + VALID_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Canonical": f"{settings.public_url}/.well-known/security.txt",
    }
    return Response("".join(f"{name}: {value}\n" for name, value in lines.items()), mimetype="text/plain")
