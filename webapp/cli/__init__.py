"""Commands: `flask --app wsgi COMMAND`."""

import click
from flask import Flask

from webapp.cli import accounts, availability, data, guests, tokens
from webapp.extensions import init_migrations


def init_app(app: Flask) -> None:
    if click.get_current_context(silent=True):  # `flask ...`, perhaps `flask db upgrade`
        init_migrations(app)
    for command in (
        accounts.create_host,
        accounts.invite,
        tokens.create_api_token,
        accounts.demo,
        availability.why,
        availability.slots,
        data.export_host,
        data.import_document,
        guests.erase_guest,
        guests.list_erased,
        guests.erase_again,
    ):
        app.cli.add_command(command)
