"""When to retry: soon at first, then every quarter of an hour for about a day, then never."""

from datetime import timedelta

FIRST_PAUSES = (10, 30, 60, 120, 300, 600)  # seconds
LATER_PAUSE = 900
TRIES = 100  # 100 attempts take a little more than 24 hours


def pause_after(tries: int) -> timedelta | None:
    """The pause after this many failed attempts (1 or more); None if that was the last one."""
    if tries >= TRIES:
        return None
    return timedelta(seconds=FIRST_PAUSES[tries - 1] if tries <= len(FIRST_PAUSES) else LATER_PAUSE)
