"""The HTML face: its rules and its blueprints."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from webapp.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    from webapp.web import assets, auth, compression, dates, errors, htmx, i18n, layout, security

    compression.init_app(app)
    security.init_app(app, settings)
    errors.init_app(app)
    i18n.init_app(app)
    dates.init_app(app)
    assets.init_app(app)
    layout.init_app(app)
    htmx.init_app(app)
    auth.init_app(app, settings)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)


def _blueprints() -> Iterator[Blueprint]:
    from webapp.web import (
        availability,
        booking,
        bookings,
        calendar,
        calendar_files,
        data,
        event_types,
        feeds,
        health,
        home,
        manage,
        privacy,
        profile,
        tokens,
        webhooks,
    )

    account_pages = (profile, feeds, tokens, webhooks, data)
    guest_pages = (booking, manage, privacy)
    for_programs = (health, calendar_files)
    host_pages = (calendar, bookings, availability, event_types)
    for module in (home, *account_pages, *host_pages, *guest_pages, *for_programs):
        yield module.blueprint
