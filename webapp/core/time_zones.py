"""One source of time zone data for all processes: the pinned package `tzdata` (docs/adr/0019).

Python would use the directories of PYTHONTZPATH or the system first, whose data may be as old as the machine.
"""

from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata

VERSION: str = tzdata.IANA_VERSION  # 2026f


def use_pinned_data() -> None:
    """Also clears zoneinfo's cache, so that zones that were loaded before are loaded again."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()


def is_zone(name: str) -> bool:
    return name in known_zones()


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The zones in the pinned data, without `Factory`, which stands for a machine with no zone configured."""
    return frozenset(available_timezones()) - {"Factory"}


@lru_cache(maxsize=1)
def inhabited() -> frozenset[str]:
    """The zones that people live in, by their current names: from the table of countries in the data."""
    lines = (files(tzdata) / "zoneinfo" / "zone.tab").read_text().splitlines()
    return frozenset(line.split("\t")[2] for line in lines if not line.startswith("#"))


def version_line() -> str:
    """The version of the data, for the operator."""
    return f"time zone data {VERSION}"
