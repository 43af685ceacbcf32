"""The JSON face, version 1: /api/v1, its specification at /openapi.json and its tester at /docs."""

from flask import Flask


def init_app(app: Flask) -> None:
    # Imported here: commands and the worker start faster without the schemas.
    from webapp.api import accounts, bookings, event_types, host_bookings, schedules, slots, webhooks
    from webapp.api.http.operation import finish
    from webapp.api.http.problems import problem
    from webapp.api.schemas.bookings import Booking
    from webapp.api.schemas.slots import Slot
    from webapp.api.spec import docs, openapi
    from webapp.core.http_status import answer_errors_below
    from webapp.rendering import Rendering

    openapi.init_app(
        app,
        [
            accounts.blueprint,
            bookings.blueprint,
            accounts.token_blueprint,
            slots.blueprint,
            event_types.blueprint,
            schedules.blueprint,
            schedules.blocked_times_blueprint,
            host_bookings.blueprint,
            webhooks.blueprint,
        ],
    )
    app.register_blueprint(docs.blueprint)
    answer_errors_below(app, "/api/", problem)
    app.extensions["rendering"] = Rendering(Booking().dump, Slot().dump)
    app.after_request(finish)
