"""Commands: `flask --app wsgi COMMAND`."""

import click
from flask import Flask
from flask.cli import ScriptInfo

from webapp.cli import accounts, availability, data, mail
from webapp.core.extensions import init_migrations


def init_app(app: Flask) -> None:
    if _is_run_by_flask():
        init_migrations(app)
    for command in (
        accounts.create_host,
        accounts.invite,
        accounts.create_api_token,
        accounts.demo,
        availability.why,
        availability.slots,
        data.export_host,
        data.import_document,
        data.erase_guest,
        data.list_erased,
        data.erase_again,
        mail.resend_mail,
    ):
        app.cli.add_command(command)


def _is_run_by_flask() -> bool:
    """Whether this is `flask ...`, such as `flask db upgrade`. A web process has a Click context, too, because it is
    forked from the web server's own command; loading Alembic would cost it 8 MB."""
    context = click.get_current_context(silent=True)
    return context is not None and context.find_object(ScriptInfo) is not None
