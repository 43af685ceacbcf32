"""Whether this process can work: its database answers and has the tables it was written for."""

import re
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import PROJECT_DIR
from webapp.db import session

REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
ANCESTOR = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def problem() -> str | None:
    """None, or what is missing, in words for an operator."""
    try:
        applied = set(session().scalars(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        return "database: no answer, or no tables"
    return None if applied == migration_heads() else "database: not at the newest migration"


@lru_cache(maxsize=1)
def migration_heads() -> frozenset[str]:
    """Read once: the files of a running process do not change. Not by Alembic, which takes 8 MB of each process."""
    texts = [path.read_text() for path in (PROJECT_DIR / "migrations" / "versions").glob("*.py")]
    revisions, ancestors = ({name for text in texts for name in found.findall(text)} for found in (REVISION, ANCESTOR))
    return frozenset(revisions - ancestors)
