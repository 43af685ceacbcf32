"""Commands: `flask --app wsgi COMMAND`."""

from flask import Flask

from webapp.cli import accounts, availability


def init_app(app: Flask) -> None:
    for command in (
        accounts.create_host,
        accounts.invite,
        accounts.demo,
        availability.why,
        availability.slots,
    ):
        app.cli.add_command(command)
