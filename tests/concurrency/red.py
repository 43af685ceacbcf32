"""Runs every race against every mutant, for the table in README.md. `python -m tests.concurrency.red`"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MUTANTS = (
    "host-lock", "slot-lock", "constraints", "host-lock,constraints", "host-lock,slot-lock,constraints",
    "check", "check,constraints", "check,host-lock,slot-lock,constraints", "old-snapshot,constraints", "keys",
    "single-use",
)  # fmt: skip
OUTCOME = re.compile(r"^(?P<state>PASSED|FAILED|ERROR) \S+::(?P<test>\w+)(?: - (?P<why>.*))?$", re.MULTILINE)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_all(Path(folder))


def run_all(folder: Path) -> None:
    for mutant in MUTANTS:
        log = folder / mutant
        print(f"\n## {mutant}\n", flush=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rA",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            "tests/concurrency",
        ]
        environ = os.environ | {"OPENSLOT_MUTANT": mutant, "OPENSLOT_MUTANT_LOG": str(log), "COLUMNS": "1000"}
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        outcomes = list(OUTCOME.finditer(ran.stdout))
        if not outcomes:
            sys.exit(ran.stdout + ran.stderr)
        for found in outcomes:
            print(f"- {found['state'].lower()} {found['test']} {found['why'] or ''}".rstrip(), flush=True)
        if unused := without_effect(log):
            sys.exit(f"{mutant} changes no statement any more: adapt mutant/sitecustomize.py, {', '.join(unused)}")


def without_effect(log: Path) -> list[str]:
    """The patterns of a mutant that no statement had."""
    lines = [line.split("\t") for line in log.read_text().splitlines()] if log.exists() else []
    patterns = {state: {pattern for kind, pattern in lines if kind == state} for state in ("chosen", "rewritten")}
    return sorted(patterns["chosen"] - patterns["rewritten"])


if __name__ == "__main__":
    main()
