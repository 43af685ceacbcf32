"""Migrations are read without Alembic, with the same result as Alembic's."""

from alembic.script import ScriptDirectory

from webapp.core import migrations
from webapp.core.config import PROJECT_DIR


def test_files_are_read_as_alembic_reads_them() -> None:
    scripts = ScriptDirectory(str(PROJECT_DIR / "migrations"))
    assert migrations.heads() == set(scripts.get_heads())
    assert migrations.revisions() == {script.revision for script in scripts.walk_revisions()}
