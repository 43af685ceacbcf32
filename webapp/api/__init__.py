"""The JSON API, version 1: /api/v1, its specification at /openapi.json and an interactive page at /docs.

Its modules are imported inside functions, so that commands and the worker start faster, without the schemas.
"""

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from webapp.api.http.operation import Blueprint


def init_app(app: Flask) -> None:
    from webapp.api.http.operation import finish
    from webapp.api.http.problems import problem
    from webapp.api.schemas.bookings import Booking
    from webapp.api.schemas.slots import Slot
    from webapp.api.spec import docs, openapi
    from webapp.core.http_status import answer_errors_below
    from webapp.rendering import Rendering

    openapi.init_app(app, _subjects())
    app.register_blueprint(docs.blueprint)
    answer_errors_below(app, "/api/", problem)
    app.extensions["rendering"] = Rendering(Booking().dump, Slot().dump)
    app.after_request(finish)


def _subjects() -> "list[Blueprint]":
    """The blueprints, in the order of the specification."""
    from webapp.api import accounts, bookings, event_types, host_bookings, schedules, slots, webhooks

    return [
        accounts.blueprint,
        bookings.blueprint,
        accounts.token_blueprint,
        slots.blueprint,
        event_types.blueprint,
        schedules.blueprint,
        schedules.blocked_times_blueprint,
        host_bookings.blueprint,
        webhooks.blueprint,
    ]
