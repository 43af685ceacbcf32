"""Commands: `flask --app wsgi COMMAND`."""

import click
from flask import Flask


def init_app(app: Flask) -> None:
    app.cli.add_command(create_host)


@click.command("create-host")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--slug", required=True)
@click.option("--time-zone", required=True)
@click.option("--admin", is_flag=True)
def create_host(email: str, name: str, slug: str, time_zone: str, admin: bool) -> None:
    """Make a host."""
