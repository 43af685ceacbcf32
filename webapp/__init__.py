"""Openslot: self-hosted meeting booking."""

from flask import Flask

from webapp import extensions
from webapp.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application, step by step. `settings` default to the environment's."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__, root_path=str(settings.project_dir))
    app.config.from_mapping(settings.flask_config())
    app.extensions["settings"] = settings
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db)
    return app
