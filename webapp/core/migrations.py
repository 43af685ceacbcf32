"""The migrations of this release, read from their files without Alembic, which takes 8 MB in each process."""

import re
from functools import lru_cache

from webapp.core.config import PROJECT_DIR

APPLIED = "SELECT version_num FROM alembic_version"
_REVISION = re.compile(r'^(?P<is_down>down_)?revision\b[^=]*=\s*["\'](?P<name>\w+)["\']', re.MULTILINE)


def revisions() -> frozenset[str]:
    return _names(is_down=False)


def heads() -> frozenset[str]:
    """The revisions without a successor."""
    return revisions() - _names(is_down=True)


@lru_cache(maxsize=2)
def _names(*, is_down: bool) -> frozenset[str]:
    """Cached: the files do not change while the process runs."""
    texts = [path.read_text() for path in (PROJECT_DIR / "migrations" / "versions").glob("*.py")]
    found = [revision for text in texts for revision in _REVISION.finditer(text)]
    return frozenset(revision["name"] for revision in found if bool(revision["is_down"]) is is_down)
