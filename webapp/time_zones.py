"""One source of time zone data for every process: the pinned package `tzdata` (docs/adr/0019).

Python would look into the directories of PYTHONTZPATH or the system first, and those are as old as the machine.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata

VERSION: str = tzdata.IANA_VERSION  # 2026f


def use_pinned_data() -> None:
    """Zones that were read before are read again, by whoever asks from now on."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()


def is_zone(name: str) -> bool:
    return name in zone_names()


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Of the pinned data. `Factory` says of a machine that nobody has told it where it is."""
    return frozenset(available_timezones()) - {"Factory"}


def version_line() -> str:
    """For an operator."""
    return f"time zone data {VERSION}"
