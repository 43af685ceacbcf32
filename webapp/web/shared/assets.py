"""Static files: their URLs contain a hash of the content, so that browsers may cache them for good."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"


def init_app(app: Flask) -> None:
    app.extensions["asset_hashes"] = {}
    app.url_defaults(_add_hash)
    app.after_request(_set_lifetime)


def _add_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (known := _hash_of(values.get("filename", ""))):
        values["v"] = known


def _hash_of(filename: str) -> str | None:
    """The first 12 hex digits of SHA-256."""
    hashes: dict[str, str | None] = current_app.extensions["asset_hashes"]
    if filename not in hashes:
        path = Path(current_app.static_folder or "") / filename
        hashes[filename] = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else None
    return hashes[filename]


def _set_lifetime(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        asked = request.args.get("v")
        filename = (request.view_args or {}).get("filename", "")
        response.headers["Cache-Control"] = FOREVER if asked and asked == _hash_of(filename) else BRIEFLY
    return response
