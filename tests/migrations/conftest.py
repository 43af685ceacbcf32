"""A separate, empty database for each test."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, create_engine

from tests.database.lease import Server
from webapp import create_app
from webapp.core.config import Settings
from webapp.core.extensions import init_migrations
from webapp.embedded.postgres import binary, create_database, drop_database

_numbers = count(1)
# pg_dump guards its output with a word of its own in each run, and sets what the tables then need.
UNSTABLE = re.compile(r"^(\\(un)?restrict .*|SET .*|--.*|)\n", re.MULTILINE)


@dataclass(frozen=True)
class Fresh:
    """A database without tables, its application and its owner."""

    app: Flask
    owner: Engine
    superuser_url: str

    def up(self, revision: str = "head") -> None:
        with self.app.app_context():
            upgrade(revision=revision)

    def down(self, revision: str = "base") -> None:
        with self.app.app_context():
            downgrade(revision=revision)

    def schema(self) -> str:
        """Everything but the rows, rights included, as pg_dump writes it."""
        command = [str(binary("pg_dump")), "--schema-only", self.superuser_url]
        return UNSTABLE.sub("", subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.fixture
def fresh(postgres: Server, database_name: str, environment: dict[str, str]) -> Iterator[Fresh]:
    name = f"{database_name}_{next(_numbers)}"
    create_database(postgres, name)
    urls = {
        "DATABASE_URL": postgres.url_for(name, "openslot"),
        "DATABASE_OWNER_URL": postgres.url_for(name, "openslot_owner"),
    }
    settings = Settings.load(environment | urls)
    owner = create_engine(settings.database_owner_url)
    app = create_app(settings)
    init_migrations(app)
    yield Fresh(app, owner, postgres.url_for(name, "postgres"))
    owner.dispose()
    drop_database(postgres, name)
