"""A single line of migrations, upgrade and downgrade; at its head the schema is exactly that of the models."""

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import Connection, Engine, text

from tests.database.databases import differences
from tests.migrations.conftest import Fresh
from tests.models.attacker import Attacker, populate
from webapp import create_app
from webapp.core.config import PROJECT_DIR, Settings
from webapp.core.extensions import init_migrations
from webapp.models import Base


def revisions() -> list[str]:
    """From the first to the last."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_DIR / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def test_there_is_one_head_and_one_line_to_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(PROJECT_DIR / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    assert [
        script.revision for script in scripts.walk_revisions() if script.is_branch_point or script.is_merge_point
    ] == []


def test_each_step_down_undoes_its_step_up(fresh: Fresh) -> None:
    before = fresh.schema()
    states = []
    for revision in revisions():
        fresh.up(revision)
        states.append(fresh.schema())
    for revision, state in zip(["base", *revisions()][-2::-1], [before, *states][-2::-1], strict=True):
        fresh.down(revision)
        assert without_version_table(fresh.schema()) == without_version_table(state), f"after going down to {revision}"
    fresh.up()
    assert fresh.schema() == states[-1]


def without_version_table(schema: str) -> list[str]:
    """Alembic's own table is made by the first step up and stays."""
    return [statement for statement in schema.split(";\n") if "alembic_version" not in statement]


def test_what_models_and_migrations_differ_in_is_said_in_words(fresh: Fresh) -> None:
    """The run itself ends when they differ (tests/database)."""
    fresh.up()
    with fresh.owner.begin() as connection:
        assert differences(connection) == []
        connection.execute(text("ALTER TABLE booking DROP COLUMN guest_name, ADD COLUMN forgotten text"))
        connection.execute(text("ALTER TABLE host ALTER COLUMN about TYPE varchar(7)"))
        assert set(differences(connection)) == {
            "table booking has a column guest_name that no migration adds",
            "table booking has a column forgotten that migrations add and no model has",
            "table host, column about: the type is another one in the migrations",
        }


def test_models_and_migrations_agree_on_checks_and_computed_columns(fresh: Fresh) -> None:
    """What autogenerate does not look at: make the tables from the models in another schema and compare."""
    fresh.up()
    with fresh.owner.connect() as connection:
        migrated = facts(connection, "public")
        connection.execute(text("CREATE SCHEMA made"))
        connection.execute(text("SET LOCAL search_path = made"))
        Base.metadata.create_all(connection, checkfirst=False)
        made = facts(connection, "made")
    assert migrated == made


def facts(connection: Connection, schema: str) -> set[tuple[str, ...]]:
    """(table, name, definition) of every constraint, index, and default or computed column."""
    found = connection.execute(text(FACTS), {"schema": schema})
    return {tuple(str(part).replace(f"{schema}.", "") for part in row) for row in found}


FACTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) || condeferrable || condeferred
    FROM pg_constraint WHERE connamespace = to_regnamespace(:schema) AND contype <> 'n'
        AND conrelid <> coalesce(to_regclass('public.alembic_version'), 0)
    UNION ALL
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = :schema AND tablename <> 'alembic_version'
    UNION ALL
    SELECT table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default, is_identity,
        identity_generation, generation_expression)
    FROM information_schema.columns WHERE table_schema = :schema AND table_name <> 'alembic_version'
"""


def test_rows_of_the_first_revision_live_through_all_later_ones_and_back(
    fresh: Fresh, environment: dict[str, str]
) -> None:
    first = revisions()[0]
    fresh.up(first)
    url = fresh.app.extensions["settings"].database_url
    with psycopg.connect(url, options="-c role=openslot_app") as connection:
        populate(Attacker(connection))
    before = kept(fresh)
    fresh.up()
    assert kept(fresh) == before
    fresh.down(first)
    assert kept(fresh) == before
    fresh.down()


def kept(fresh: Fresh) -> list[tuple[object, ...]]:
    query = """
        SELECT b.uid, b.status, b.seat, s.starts_at, s.seats_taken, lower(c.busy), t.title, g.email
        FROM booking b JOIN slot s ON s.id = b.slot_id JOIN claim c ON c.slot_id = s.id
        JOIN event_type t ON t.id = s.event_type_id JOIN guest g ON g.id = b.guest_id ORDER BY b.id
    """
    with fresh.owner.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    assert len(rows) == 3
    return rows


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_the_application_has_rights_on_every_table(table: str, owner: Engine) -> None:
    """Also on those that later migrations made."""
    readable = text("SELECT has_table_privilege('openslot_app', :table, 'SELECT')")
    with owner.connect() as connection:
        assert connection.execute(readable, {"table": table}).scalar_one()


def test_a_role_with_too_few_rights_is_told_what_it_lacks(fresh: Fresh, environment: dict[str, str]) -> None:
    with psycopg.connect(fresh.superuser_url, autocommit=True) as superuser:
        name = superuser.execute("SELECT current_database()").fetchone()[0]
        lodger = f"lodger_of_{name}"
        superuser.execute(f"CREATE ROLE {lodger} LOGIN")
        superuser.execute(f"ALTER DATABASE {name} OWNER TO {lodger}")
        url = fresh.owner.url.set(drivername="postgresql", username=lodger).render_as_string()
        app = create_app(Settings.load(environment | {"DATABASE_OWNER_URL": url}))
        init_migrations(app)
        try:
            with app.app_context(), pytest.raises(SystemExit, match=f"GRANT openslot_app TO {lodger};") as told:
                upgrade()
            assert "CREATEROLE" in str(told.value)
            superuser.execute(f"GRANT openslot_app TO {lodger}")
            with app.app_context():
                upgrade()
        finally:
            superuser.execute(f"ALTER DATABASE {name} OWNER TO openslot_owner")
            superuser.execute(f"REASSIGN OWNED BY {lodger} TO openslot_owner")
            superuser.execute(f"DROP OWNED BY {lodger}; DROP ROLE {lodger}")
