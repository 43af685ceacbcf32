"""The JSON face, version 1: /api/v1, its specification at /openapi.json and its tester at /docs."""

from flask import Flask


def init_app(app: Flask) -> None:
    # Imported here: commands and the worker start faster without the schemas.
    from webapp.api import (
        blocked_times,
        bookings,
        docs,
        event_types,
        host_bookings,
        hosts,
        me,
        openapi,
        schedule,
        slots,
        webhooks,
    )
    from webapp.api.blueprint import finish
    from webapp.api.problems import problem
    from webapp.api.schemas.bookings import Booking
    from webapp.api.schemas.slots import Slot
    from webapp.error_status import answer_errors_below
    from webapp.rendering import Rendering

    modules = (hosts, bookings, me, slots, event_types, schedule, blocked_times, host_bookings, webhooks)
    openapi.init_app(app, [module.blueprint for module in modules])
    app.register_blueprint(docs.blueprint)
    answer_errors_below(app, "/api/", problem)
    app.extensions["rendering"] = Rendering(Booking().dump, Slot().dump)
    app.after_request(finish)
