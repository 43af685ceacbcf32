"""Error pages, and the one map from domain errors to HTTP status for everything in HTML.

A page shows what can be done and a request id; what went wrong in detail stands in the log under that id. Other
faces register their own renderer for the paths they own.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.http import HTTP_STATUS_CODES

from webapp import db as database
from webapp.database_errors import DATABASE_ERRORS, meaning
from webapp.domain import errors
from webapp.logs import log, request_id
from webapp.web import htmx

STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Invalid: 422,
    errors.IdempotencyMismatch: 422,
    errors.Conflict: 409,
    errors.Overloaded: 503,
}
ErrorFace = Callable[[Exception], Any]


def init_app(app: Flask) -> None:
    app.extensions["error_faces"] = {}
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(errors.DomainError, _on_domain_error)
    for database_error in DATABASE_ERRORS:
        app.register_error_handler(database_error, _on_database_error)


def answer_errors_below(app: Flask, prefix: str, face: ErrorFace) -> None:
    """Errors of paths below `prefix` (`/api/`) are answered by `face`, also where no route matches."""
    app.extensions["error_faces"][prefix] = face


def status_of(error: errors.DomainError) -> int:
    """By the nearest class in the map."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_page(status: int, *, retry_after: int | None = None) -> Response:
    """The page, or for htmx a notice above the page as it is."""
    if request_ctx.url_adapter is None:  # addressed to a host name that is not ours: no page has links then
        return Response(f"{status} {HTTP_STATUS_CODES[status]}\n", status, mimetype="text/plain")
    fragment = htmx.wants_fragment()
    template = "errors/notice.html" if fragment else "errors/error.html"
    body = render_template(template, code=status, request_id=request_id(), retry_after=retry_after)
    response = make_response(body, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return htmx.into(response, "#flash") if fragment else response


def _on_domain_error(error: errors.DomainError) -> Any:
    _take_back()
    if face := _other_face():
        return face(error)
    return error_page(status_of(error), retry_after=getattr(error, "retry_after", None))


def _on_database_error(error: Exception) -> Any:
    known = meaning(error)
    if known is None:
        raise error
    log.warning("database error", request_id=request_id(), problem=known.detail, cause=str(error))
    return _on_domain_error(known)


def _on_http_error(error: HTTPException) -> Any:
    if isinstance(error, InternalServerError) and error.original_exception:
        log.error("unhandled error", request_id=request_id(), exc_info=error.original_exception)
    if error.code is None or error.code < 400:
        return error  # a redirect of the router
    _take_back()
    if face := _other_face():
        return face(error)
    response = error_page(error.code, retry_after=getattr(error, "retry_after", None))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _take_back() -> None:
    """Nothing of a failed request stays: Flask-Security asks for its commit even after an error."""
    database.session().rollback()


def _other_face() -> ErrorFace | None:
    faces: dict[str, ErrorFace] = _faces()
    return next((face for prefix, face in faces.items() if request.path.startswith(prefix)), None)


def _faces() -> dict[str, ErrorFace]:
    faces: dict[str, ErrorFace] = current_app.extensions["error_faces"]
    return faces
