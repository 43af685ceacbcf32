"""The HTML face: its rules and its blueprints."""

from flask import Flask

from webapp.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    from webapp.web import (
        assets,
        auth,
        availability,
        booking,
        bookings,
        calendar,
        calendar_files,
        compression,
        data,
        dates,
        errors,
        event_types,
        feeds,
        health,
        home,
        i18n,
        layout,
        manage,
        privacy,
        profile,
        security,
        tokens,
        webhooks,
    )

    compression.init_app(app)
    security.init_app(app, settings)
    errors.init_app(app)
    i18n.init_app(app)
    dates.init_app(app)
    assets.init_app(app)
    layout.init_app(app)
    auth.init_app(app, settings)
    account_pages = (profile, feeds, tokens, webhooks, data)
    guest_pages = (booking, manage, privacy)
    for_programs = (health, calendar_files)
    host_pages = (calendar, bookings, availability, event_types)
    for module in (home, *account_pages, *host_pages, *guest_pages, *for_programs):
        app.register_blueprint(module.blueprint)
