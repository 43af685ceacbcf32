"""The HTTP status of each domain error, the same for every face, and which face words the errors of which paths."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

from webapp.domain import errors

STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Invalid: 422,
    errors.IdempotencyMismatch: 422,
    errors.Conflict: 409,
    errors.TooManyBookings: 429,
    errors.Overloaded: 503,
}
ErrorFace = Callable[[Exception], Any]


def status_of(error: errors.DomainError) -> int:
    """The status of the closest base class in the map."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer_errors_below(app: Flask, prefix: str, face: ErrorFace) -> None:
    """Let `face` answer errors of paths below `prefix` (`/api/`), including those that match no route."""
    _faces(app)[prefix] = face


def face_of(path: str) -> ErrorFace | None:
    """The face that words the errors of this path; None for the pages."""
    return next((face for prefix, face in _faces(current_app).items() if path.startswith(prefix)), None)


def _faces(app: Flask) -> dict[str, ErrorFace]:
    faces: dict[str, ErrorFace] = app.extensions.setdefault("error_faces", {})
    return faces
