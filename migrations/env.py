"""Runs migrations as the owner of the schema, each in a transaction of its own."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from webapp.models import Base

# One runner at a time, whoever starts first: several containers may start together.
RUNNER_LOCK = 0x6F736C74


def run_migrations() -> None:
    settings = current_app.extensions["settings"]
    engine = create_engine(settings.database_owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": RUNNER_LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
