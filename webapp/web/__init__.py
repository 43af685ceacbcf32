"""The HTML face: its rules and its blueprints."""

from collections.abc import Iterator

from flask import Blueprint, Flask

from webapp.core.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    from webapp.web.accounts import auth
    from webapp.web.operations import budget, reload
    from webapp.web.shared import assets, compression, dates, errors, htmx, i18n, layout, security

    budget.init_app(app, settings)  # first: it measures all the rest
    compression.init_app(app)
    security.init_app(app, settings)
    errors.init_app(app)
    i18n.init_app(app)
    dates.init_app(app)
    assets.init_app(app)
    layout.init_app(app)
    htmx.init_app(app)
    auth.init_app(app, settings)
    reload.init_app(app, settings)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)


def _blueprints() -> Iterator[Blueprint]:
    from webapp.web.accounts import home, profile, tokens
    from webapp.web.bookings import blueprint as bookings
    from webapp.web.calendar import blueprint as calendar
    from webapp.web.event_types import blueprint as event_types
    from webapp.web.guest import blueprint as guest
    from webapp.web.ical import downloads, feeds
    from webapp.web.manage import blueprint as manage
    from webapp.web.manage import confirm, not_me
    from webapp.web.operations import health, security_txt
    from webapp.web.portability import data
    from webapp.web.privacy import blueprint as privacy
    from webapp.web.schedules import blueprint as schedules
    from webapp.web.webhooks import blueprint as webhooks

    account_pages = (profile, feeds, tokens, webhooks, data)
    host_pages = (calendar, bookings, schedules, event_types)
    guest_pages = (guest, manage, confirm, not_me, privacy)
    for_integrations = (health, security_txt, downloads)
    for module in (home, *account_pages, *host_pages, *guest_pages, *for_integrations):
        yield module.blueprint
