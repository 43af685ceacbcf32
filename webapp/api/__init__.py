"""The JSON face, version 1: /api/v1, its specification at /openapi.json and its tester at /docs."""

from flask import Flask


def init_app(app: Flask) -> None:
    # Imported here: commands and the worker start faster without the schemas.
    from webapp.api import accounts, bookings, event_types, host_bookings, schedules, slots, webhooks
    from webapp.api import accounts as hosts
    from webapp.api import schedules as schedule
    from webapp.api.http.operation import finish
    from webapp.api.http.problems import problem
    from webapp.api.schemas.bookings import Booking
    from webapp.api.schemas.slots import Slot
    from webapp.api.spec import docs, openapi
    from webapp.core.http_status import answer_errors_below
    from webapp.rendering import Rendering

    modules = (hosts, bookings, accounts, slots, event_types, schedule, schedules, host_bookings, webhooks)
    openapi.init_app(app, [module.blueprint for module in modules])
    app.register_blueprint(docs.blueprint)
    answer_errors_below(app, "/api/", problem)
    app.extensions["rendering"] = Rendering(Booking().dump, Slot().dump)
    app.after_request(finish)
