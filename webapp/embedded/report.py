"""What `make run` prints at the terminal."""

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.plan import Plan
from webapp.embedded.processes import Child

NOTEWORTHY = re.compile(r"\b(warning|error|critical|deprecat\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Started:
    plan: Plan
    public_page: str
    mail_url: str  # empty: mail goes to a real server
    demo_file: Path
    processes: tuple[Child, ...]  # of the application; the services have log files


def show(started: Started) -> None:
    url = started.plan.public_url
    lines = {"Public page": started.public_page, "Host login": f"{url}/login", "Admin": f"{url}/admin"}
    if started.mail_url:
        lines["Caught mail"] = started.mail_url
    if started.demo_file.exists():
        lines["Demo logins"] = str(started.demo_file)
    lines["Logs"] = str(started.plan.data_dir / "log")
    print("\nOpenslot is running. Ctrl-C stops it.\n")
    for label, value in lines.items():
        print(f"  {label:<12} {value}")
    print()
    for child in started.processes:
        for line in child.log_tail().splitlines():
            if NOTEWORTHY.search(line):
                print(f"  {child.name}: {line}", file=sys.stderr)


def reload(text: str) -> None:
    """Print a message of `make run RELOAD=1` while it runs."""
    print(f"{time.strftime('%H:%M:%S')} {text}")


def restarted(changed: list[Path], names: list[str]) -> None:
    others = f" and {len(changed) - 1} more" if changed[1:] else ""
    reload(f"{changed[0]}{others}: {' and '.join(names)} started again.")


def failure(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 1
