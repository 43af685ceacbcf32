"""Commands: `flask --app wsgi COMMAND`."""

from flask import Flask

from webapp.cli import accounts, availability, tokens


def init_app(app: Flask) -> None:
    for command in (
        accounts.create_host,
        accounts.invite,
        tokens.create_api_token,
        accounts.demo,
        availability.why,
        availability.slots,
    ):
        app.cli.add_command(command)
