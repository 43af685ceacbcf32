"""The migrations that come with this code, read from their files. Not by Alembic, which takes 8 MB of each process."""

import re
from functools import lru_cache

from webapp.core.config import PROJECT_DIR

APPLIED = "SELECT version_num FROM alembic_version"
_REVISION = re.compile(r'^(?P<is_down>down_)?revision\b[^=]*=\s*["\'](?P<name>\w+)["\']', re.MULTILINE)


def revisions() -> frozenset[str]:
    return _names(is_down=False)


def heads() -> frozenset[str]:
    """The revisions that no other one follows."""
    return revisions() - _names(is_down=True)


@lru_cache(maxsize=2)
def _names(*, is_down: bool) -> frozenset[str]:
    """Read once: the files of a running process do not change."""
    texts = [path.read_text() for path in (PROJECT_DIR / "migrations" / "versions").glob("*.py")]
    found = [revision for text in texts for revision in _REVISION.finditer(text)]
    return frozenset(revision["name"] for revision in found if bool(revision["is_down"]) is is_down)
