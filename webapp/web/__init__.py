"""The HTML face: its rules and its blueprints."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from webapp.core.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    from webapp.web import accounts as auth
    from webapp.web.shared import assets, compression, dates, errors, htmx, i18n, layout, security

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
    from webapp.web import bookings, calendar, event_types, manage, privacy, webhooks
    from webapp.web import guest as booking
    from webapp.web import schedules as availability
    from webapp.web.accounts import home, profile, tokens
    from webapp.web.ical import downloads as calendar_files
    from webapp.web.ical import feeds
    from webapp.web.operations import health
    from webapp.web.portability import data

    account_pages = (profile, feeds, tokens, webhooks, data)
    guest_pages = (booking, manage, privacy)
    for_programs = (health, calendar_files)
    host_pages = (calendar, bookings, availability, event_types)
    for module in (home, *account_pages, *host_pages, *guest_pages, *for_programs):
        yield module.blueprint
