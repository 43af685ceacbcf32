"""Openslot: self-hosted meeting booking."""

from typing import TYPE_CHECKING

from webapp.core import time_zones

if TYPE_CHECKING:
    from flask import Flask

    from webapp.core.config import Settings

time_zones.use_pinned_data()  # before any zone is loaded


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Create the application. `settings` default to those of the environment."""
    # Imported here, because the domain and the embedded services work without Flask and so start faster.
    from flask import Flask

    from webapp import admin, api, cli, identity, web
    from webapp.core import connections, extensions, logs
    from webapp.core.config import PROJECT_DIR
    from webapp.server import deadlines

    settings = settings or _from_environment()
    app = Flask(__name__, template_folder=PROJECT_DIR / "templates", static_folder=PROJECT_DIR / "static")
    app.config.from_mapping(settings.flask_config())
    app.extensions["settings"] = settings
    logs.init_app(app, settings)
    deadlines.init_app(app)
    extensions.init_app(app, settings)
    connections.init_app(app)
    identity.init_app(app)
    web.init_app(app, settings)
    api.init_app(app)
    admin.init_app(app)
    cli.init_app(app)
    return app


def _from_environment() -> "Settings":
    """Exits with the list of faults, so that the operator sees that and not a traceback."""
    from webapp.core.config import Settings, SettingsError, forget_postgres_variables

    forget_postgres_variables()
    try:
        return Settings.from_environment()
    except SettingsError as error:
        raise SystemExit(str(error)) from None
