"""Gzip for answers that are the same for everybody: static files, and public pages that did not use a session.

Other pages hold a session's token or personal data beside text that a stranger may choose, so that their compressed
length would leak it (the BREACH attack): they are not compressed.
"""

import gzip

from flask import Flask, Response, current_app, request
from flask.globals import request_ctx

from webapp.web.shared.guards import Guard, guard_of

WORTH_BYTES = 500  # less fits into one packet anyway
PAGE_LEVEL, FILE_LEVEL = 5, 9  # a page of 30 kB takes half a millisecond; a file is compressed once
TYPES = ("text/", "application/javascript", "image/svg+xml")


def init_app(app: Flask) -> None:
    app.extensions["compressed_files"] = {}
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    is_file = (request.endpoint or "").endswith("static")
    if not (is_file or _is_for_everybody()) or not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    etag, _ = response.get_etag()
    response.set_data(_file(response, str(etag)) if is_file else _page(response))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    if etag:
        response.set_etag(etag, weak=True)  # the same content in other bytes
    return response


def _is_compressible(response: Response) -> bool:
    return (
        response.status_code == 200
        and (response.mimetype or "").startswith(TYPES)
        and (response.content_length or WORTH_BYTES) >= WORTH_BYTES
        and "Content-Encoding" not in response.headers
    )


def _is_for_everybody() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return guard_of(view) is Guard.PUBLIC and not (request_ctx._session and request_ctx._session.accessed)


def _page(response: Response) -> bytes:
    return gzip.compress(response.get_data(), PAGE_LEVEL, mtime=0)


def _file(response: Response, etag: str) -> bytes:
    """The compressed bytes of a file are cached under its ETag, which changes with the file."""
    known: dict[str, bytes] = current_app.extensions["compressed_files"]
    if etag not in known:
        known[etag] = gzip.compress(response.get_data(), FILE_LEVEL, mtime=0)
    return known[etag]
