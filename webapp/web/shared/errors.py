"""Error pages, for all errors that the API does not answer itself.

A page says what to do next and shows a request id; the details are in the log under that id.
"""

from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from webapp.core import db as database
from webapp.core.db import DATABASE_ERRORS, meaning
from webapp.core.http_status import face_of, status_of
from webapp.core.logs import log, request_id
from webapp.domain import errors
from webapp.web.shared import htmx
from webapp.web.shared.typed_addresses import to_what_was_meant


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(errors.DomainError, _on_domain_error)
    for database_error in DATABASE_ERRORS:
        app.register_error_handler(database_error, _on_database_error)


def error_page(status: int, *, retry_after: int | None = None, topic: str | None = None) -> Response:
    """A page; for htmx, a notice above the present page. `topic` selects the texts, by default the status does."""
    fragment = htmx.wants_fragment()
    template = "errors/notice.html" if fragment else "errors/error.html"
    page_values = {"code": status, "topic": topic or status, "request_id": request_id(), "retry_after": retry_after}
    body = render_template(template, **page_values)
    response = make_response(body, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return htmx.into(response, "#flash") if fragment else response


def _on_domain_error(error: errors.DomainError) -> Any:
    _take_back()
    if face := face_of(request.path):
        return face(error)
    if status_of(error) == 404 and (meant := _meant()):
        return meant
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
    if face := face_of(request.path):
        return face(error)
    if isinstance(error, SecurityError):  # a name of somebody else: no page of ours is shown under it
        return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")
    if error.code == 404 and (meant := _meant()):
        return meant
    more = {name: getattr(error, name, None) for name in ("retry_after", "topic")}
    response = error_page(error.code, **more)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _meant() -> Any:
    try:
        return to_what_was_meant()
    except DATABASE_ERRORS as error:  # of a handler of errors nobody else takes one
        return _on_database_error(error)


def _take_back() -> None:
    """Roll back whatever a failed request has done: Flask-Security requests its commit even after an error."""
    database.session().rollback()
