"""A third-party calendar program: vdirsyncer subscribes to a feed, khal shows it. Both run as processes."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

VDIRSYNCER, KHAL = "vdirsyncer", "khal"
PAIR = """\
[general]
status_path = "{folder}/status/"
[pair bookings]
a = "openslot"
b = "here"
collections = null
[storage openslot]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""
KHAL_CONFIGURATION = """\
[calendars]
[[bookings]]
path = {folder}/calendar/
[sqlite]
path = {folder}/khal.db
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
"""


@dataclass
class CalendarProgram:
    """On somebody's computer, in a zone; it keeps what it knows in `folder`."""

    folder: Path
    url: str
    zone: str = "Europe/Berlin"

    def subscribe(self) -> None:
        (self.folder / "calendar").mkdir()
        (self.folder / "pair.conf").write_text(PAIR.format(folder=self.folder, url=self.url))
        (self.folder / "khal.conf").write_text(KHAL_CONFIGURATION.format(folder=self.folder, zone=self.zone))
        assert self._run(VDIRSYNCER, "-c", "pair.conf", "discover").returncode == 0

    def sync(self) -> list[str]:
        """What changed, as the program says it."""
        done = self._run(VDIRSYNCER, "-c", "pair.conf", "sync")
        assert done.returncode == 0, done.stderr
        return [line.split()[0] for line in done.stderr.splitlines() if not line.startswith("Syncing")]

    def cannot_sync(self) -> bool:
        return self._run(VDIRSYNCER, "-c", "pair.conf", "sync").returncode != 0

    def entries(self, day: date) -> list[str]:
        """`10:00-10:30 CONFIRMED Gita Guest: Plans` of a day, in the program's zone."""
        form = "{start-time}-{end-time} {status}{title}"
        shown = self._run(KHAL, "-c", "khal.conf", "list", "--format", form, "--day-format", "", f"{day}", "1d")
        assert shown.returncode == 0, shown.stderr
        return [line for line in shown.stdout.splitlines() if line]

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
