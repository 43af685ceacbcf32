"""One source of time zone data for every process: the pinned package `tzdata` (docs/adr/0019).

Python would look into the directories of PYTHONTZPATH or the system first, and those are as old as the machine.
"""

from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata

VERSION: str = tzdata.IANA_VERSION  # 2026f


def use_pinned_data() -> None:
    """Zones that were read before are read again, by whoever asks from now on."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()


def is_zone(name: str) -> bool:
    return name in known_zones()


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Of the pinned data. `Factory` says of a machine that nobody has told it where it is."""
    return frozenset(available_timezones()) - {"Factory"}


@lru_cache(maxsize=1)
def inhabited() -> frozenset[str]:
    """The zones that people live in, each by its present name: the data's own table of countries."""
    lines = (files(tzdata) / "zoneinfo" / "zone.tab").read_text().splitlines()
    return frozenset(line.split("\t")[2] for line in lines if not line.startswith("#"))


def version_line() -> str:
    """For an operator."""
    return f"time zone data {VERSION}"
