"""Python runs this at its start when its directory is on PYTHONPATH: only the web server of a mutant test run is.

Takes the locks out of its statements, as if whoever wrote them had forgotten.
"""

import os
import re
from typing import Any

from sqlalchemy import Engine, event

LOCK = re.compile(r"\s+FOR (NO KEY )?UPDATE( OF \w+)?")
LOCKED_TABLES = {"host-lock": re.compile(r"\bFROM host\b"), "slot-lock": re.compile(r"\bFROM slot\b")}
MUTANTS = [name for name in os.environ.get("OPENSLOT_MUTANT", "").split(",") if name in LOCKED_TABLES]


def without_lock(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    if LOCK.search(statement) and any(LOCKED_TABLES[name].search(statement) for name in MUTANTS):
        statement = LOCK.sub("", statement)
    return statement, parameters


if MUTANTS:
    event.listen(Engine, "before_cursor_execute", without_lock, retval=True)
