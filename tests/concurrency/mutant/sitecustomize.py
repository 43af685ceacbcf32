"""Python runs this at its start when its directory is on PYTHONPATH: only the web server of a mutant test run is.

Rewrites statements on their way to Postgres, as if whoever wrote them had forgotten something.
"""

import os
import re
from typing import Any

import psycopg

LOCK = re.compile(r"\s+FOR (NO KEY )?UPDATE( OF \w+)?")
# mutant -> (statements that hold this, what is replaced in them, by what)
REWRITES = {
    "host-lock": [(re.compile(r"\bFROM host\b"), LOCK, "")],
    "slot-lock": [(re.compile(r"\bFROM slot\b"), LOCK, "")],
    # The check under the lock sees no booking, and so does the search for a free seat.
    "check": [
        (re.compile(r"\bUNION ALL\b(?s:.*)\bblocked_time\b"), re.compile(r"slot\.seats_taken(?! >)"), "0"),
        (re.compile(r"\bgenerate_series\b"), re.compile(r"booking\.is_live"), "false"),
    ],
    "single-use": [
        (re.compile(r"\bUPDATE single_use_link\b"), re.compile(r" AND single_use_link\.used_at IS NULL"), ""),
    ],
    # The second writer of a claim waits for the first one at its primary key, which mutants.py drops.
    "constraints": [
        (re.compile(r"\bINSERT INTO claim\b"), re.compile(r"\s+ON CONFLICT \(slot_id, host_id\) DO NOTHING"), ""),
    ],
}  # fmt: skip
CHOSEN = [rewrite for name in os.environ["OPENSLOT_MUTANT"].split(",") for rewrite in REWRITES.get(name, [])]

execute = psycopg.Cursor.execute


def execute_mutant(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(query, str):
        for holds, part, replacement in CHOSEN:
            if holds.search(query):
                query = part.sub(replacement, query)
    return execute(cursor, query, *args, **kwargs)


psycopg.Cursor.execute = execute_mutant  # type: ignore[method-assign]
