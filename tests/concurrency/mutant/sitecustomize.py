"""Python runs this at startup if this directory is on PYTHONPATH, as only for the web server of a mutant test run.

Rewrites statements on their way to Postgres, as if their author had forgotten something.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

LOCK = re.compile(r"\s+FOR (NO KEY )?UPDATE( OF \w+)?")
TIMES = re.compile(r"\bUNION ALL\b(?s:.*)\bblocked_time\b")
# mutant -> (statements that hold this, what is replaced in them, by what)
REWRITES = {
    "host-lock": [(re.compile(r"\bFROM host\b"), LOCK, "")],
    "slot-lock": [(re.compile(r"\bFROM slot\b"), LOCK, "")],
    # The check under the lock sees no booking, and so does the search for a free seat.
    "check": [
        (TIMES, re.compile(r"slot\.seats_taken"), "0"),
        (TIMES, re.compile(r"\bFROM claim\s+WHERE\b"), "FROM claim WHERE false AND"),
        (re.compile(r"\bgenerate_series\b"), re.compile(r"booking\.is_live"), "false"),
    ],
    "single-use": [
        (re.compile(r"\bUPDATE single_use_link\b"), re.compile(r" AND single_use_link\.used_at IS NULL"), ""),
    ],
    # The second writer of a claim waits for the first one at its primary key, which mutants.py drops.
    "constraints": [
        (re.compile(r"\bINSERT INTO claim\b"), re.compile(r"\s+ON CONFLICT \(slot_id, host_id\) DO NOTHING"), ""),
    ],
    # Connections set their own isolation level. With this one, the check reads what was there before it waited.
    "old-snapshot": [
        (re.compile(r"\bset_config\b"), re.compile(r"\bset_config\(name, value\b"),
         "set_config(name, replace(value, 'read committed', 'repeatable read')"),
    ],
}  # fmt: skip
CHOSEN = [rewrite for name in os.environ["OPENSLOT_MUTANT"].split(",") for rewrite in REWRITES.get(name, [])]

execute = psycopg.Cursor.execute


def execute_mutant(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(query, str):
        for holds, part, replacement in CHOSEN:
            if holds.search(query):
                query, times = part.subn(replacement, query)
                if times:
                    note("rewritten", part.pattern)
    return execute(cursor, query, *args, **kwargs)


@cache
def note(what: str, pattern: str) -> None:
    """For `red.py`: a rewrite that finds nothing any more tests nothing."""
    if log := os.environ.get("OPENSLOT_MUTANT_LOG"):
        with Path(log).open("a") as lines:
            lines.write(f"{what}\t{pattern}\n")


for _, part, _ in CHOSEN:
    note("chosen", part.pattern)
psycopg.Cursor.execute = execute_mutant  # type: ignore[method-assign]
