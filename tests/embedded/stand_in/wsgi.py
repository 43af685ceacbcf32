"""A minimal application that starts quickly, with the commands and pages that the supervisor uses."""

import time

import click
import psycopg
from flask import Flask
from flask.cli import AppGroup

from webapp.core.config import Settings
from webapp.server.gateway import Gateway

app = Flask(__name__)
settings = Settings.from_environment()
database = AppGroup("db")
app.cli.add_command(database)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000
app.extensions["settings"] = settings
gateway = Gateway(app)


@app.get("/readyz")
def ready() -> str:
    return "ok"


@app.get("/slow")
def slow() -> str:
    print("the slow page begins", flush=True)
    time.sleep(1.5)
    return "finished"


@database.command()
def upgrade() -> None:
    with psycopg.connect(settings.database_owner_url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('0002')")
        connection.execute("CREATE TABLE host (id int, slug text)")
        connection.execute("INSERT INTO host VALUES (1, 'ada')")
        connection.execute("GRANT SELECT ON host TO openslot_app")


@app.cli.command()
def demo() -> None:
    click.echo("demo host: ada@example.org, password: open sesame")
