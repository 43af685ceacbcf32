"""The red run: every race against every mutant, as the table of README.md. `python -m tests.concurrency.red`"""

import os
import re
import subprocess
import sys

MUTANTS = (
    "host-lock", "slot-lock", "constraints", "host-lock,constraints", "host-lock,slot-lock,constraints",
    "check", "check,constraints", "check,host-lock,slot-lock,constraints", "old-snapshot,constraints", "keys",
    "single-use",
)  # fmt: skip
OUTCOME = re.compile(r"^(?P<state>PASSED|FAILED|ERROR) \S+::(?P<test>\w+)(?: - (?P<why>.*))?$", re.MULTILINE)


def main() -> None:
    for mutant in MUTANTS:
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
        environ = os.environ | {"OPENSLOT_MUTANT": mutant, "COLUMNS": "1000"}
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        outcomes = list(OUTCOME.finditer(ran.stdout))
        if not outcomes:
            sys.exit(ran.stdout + ran.stderr)
        for found in outcomes:
            print(f"- {found['state'].lower()} {found['test']} {found['why'] or ''}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
